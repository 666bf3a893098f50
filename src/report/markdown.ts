import { precise, utc } from '../page/time.ts';
import { kindOf, releaseOf } from '../progress/words.ts';
import { formatDuration } from '../rollout/duration.ts';
import { forMarkdown } from '../safety/neutralise.ts';
import { durationsOf, notableWaves } from './durations.ts';
import { STATE_LOOKS } from './fleet-grid.ts';
import type { PageOptions } from './page.ts';
import type { Story } from './story.ts';
import { ASTRAY, type TenantState } from './tenants.ts';
import { verdictOf } from './verdict.ts';

const MOST_NAMES = 100;
const MOST_WAVES = 30;

/** The report for a pull request or an incident's document. */
export function reportMarkdown(story: Story, { url, now }: PageOptions): string {
  const { mark, sentence } = verdictOf(story);
  const blocks = [
    `# ${mark} ${forMarkdown(sentence)}`,
    forMarkdown(story.because),
    ...(story.complete ? [] : ['> The history of the first runs of this deploy is not here.']),
    table(['', ''], facts(story, url)),
    ...story.warnings.map((warning) => `> ${forMarkdown(warning)}`),
    '## Fleet',
    table(['tenants', 'state'], fleet(story)),
    ...astray(story),
    ...(story.gates.length === 0
      ? []
      : [
          '## Gates',
          table(
            ['context', 'state'],
            story.gates.map((gate) => [
              forMarkdown(gate.context),
              forMarkdown([gate.reported, gate.description].filter((part) => part !== '').join(': ')),
            ]),
          ),
        ]),
    '## Where the time went',
    table(
      ['step', 'took', 'times', 'longest'],
      durationsOf(story.spans).map(({ kind, total, times, longest }) => [
        kind,
        precise(total),
        String(times),
        precise(longest),
      ]),
    ),
    ...waves(story),
    ...audit(story),
    `Made by Greenlane at ${utc(now)}.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function facts(story: Story, url: string | undefined): string[][] {
  const id = forMarkdown(story.workflowId);
  const reason = story.reason === undefined ? '' : `: ${forMarkdown(story.reason)}`;
  return [
    ['release', `\`${forMarkdown(releaseOf(story))}\` (\`${forMarkdown(story.sha)}\`)`],
    ['fleet', forMarkdown(story.fleet)],
    ['kind', `${kindOf(story)}, asked for by ${forMarkdown(story.actor)}${reason}`],
    ['time', `${utc(story.from)} to ${utc(story.to)} (${formatDuration(story.to - story.from)})`],
    ...(story.digest === undefined ? [] : [['digest', `\`${forMarkdown(story.digest)}\``]]),
    ...(story.epoch === undefined ? [] : [['epoch', String(story.epoch)]]),
    ['workflow', url === undefined ? `\`${id}\`` : `[${id}](${url})`],
  ];
}

function fleet({ tenants }: Story): string[][] {
  const rows = (Object.keys(STATE_LOOKS) as TenantState[]).flatMap((state) => {
    const count = tenants.named.filter((tenant) => tenant.state === state).length;
    const [, mark, words] = STATE_LOOKS[state];
    return count === 0 ? [] : [[String(count), `${mark} ${words}`]];
  });
  if (tenants.already > 0)
    rows.push([String(tenants.already), '✔ ran the release already and needed no call']);
  return rows;
}

function astray({ tenants }: Story): string[] {
  const found = tenants.named.filter(({ state }) => ASTRAY.has(state));
  if (found.length === 0) return [];
  const shown = found
    .slice(0, MOST_NAMES)
    .map(({ slug, state }) => [forMarkdown(slug), STATE_LOOKS[state][2]]);
  const more = found.length > shown.length ? [`and ${found.length - shown.length} more`] : [];
  return ['### Tenants that need somebody', table(['tenant', 'state'], shown), ...more];
}

function waves({ waves: all }: Story): string[] {
  if (all.length === 0) return [];
  const { shown, left } = notableWaves(all, MOST_WAVES);
  const rows = shown.map((wave) => [
    wave.label,
    String(wave.slugs.length),
    precise(wave.to - wave.from),
    String(wave.calls),
    forMarkdown([wave.end, ...wave.astray, wave.note ?? ''].filter((part) => part !== '').join('; ')),
  ]);
  return [
    '## Waves',
    ...(left === 0 ? [] : [`${left} more were in order.`]),
    table(['wave', 'tenants', 'took', 'calls', 'end'], rows),
  ];
}

function audit({ audit: entries, from }: Story): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ at, actor, what }) => [
    `${utc(at).slice(11)} (+${formatDuration(at - from)})`,
    forMarkdown(actor),
    forMarkdown(what),
  ]);
  return ['## Audit trail', table(['when', 'who', 'what'], rows)];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
