import Table from 'cli-table3';
import stringWidth from 'string-width';

/** Widest a last column gets, and narrowest. */
const [WIDEST, NARROWEST] = [60, 16];
/** Names of people and machines are cut here. */
const NAME = 22;

/** A table whose last column takes what is left of the screen, its words wrapped; of no screen, sixty letters. */
export function fitted(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string {
  const widths = head.map((title, index) => {
    const longest = Math.max(
      ...[title, ...rows.map((row) => row[index] ?? '')].map((text) => stringWidth(text)),
    );
    return (title === 'by' ? Math.min(longest, NAME) : longest) + 2;
  });
  const taken = widths.slice(0, -1).reduce((sum, width) => sum + width + 1, 2);
  const left = columns === undefined ? WIDEST : Math.min(WIDEST, Math.max(NARROWEST, columns - taken));
  const colWidths = [...widths.slice(0, -1), left];
  const table = new Table({ head: [...head], style: { head: [], border: [] }, colWidths, wordWrap: true });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
