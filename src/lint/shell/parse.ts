import { forEachChild, parse, type ParsedScript, type SyntaxNode } from 'unbash';

/** Levels of the syntax tree that are followed, by code that calls itself: thirty substitutions in each other. */
const DEEPEST = 200;
/** Here-documents that are parsed; the parser's time grows with their square. */
const MOST_HERE_DOCUMENTS = 1_000;

const TOO_DEEP = 'it is nested too deeply';

/** A shell script as its syntax tree. */
export interface ParsedShell {
  readonly ast: ParsedScript;
  /** The first thing the parser did not understand. */
  readonly broken: { readonly message: string; readonly pos: number } | undefined;
}

/** Parses a shell script. One that is too deep or has too much in it to be followed is broken, and its tree is empty. */
export function parseShell(source: string): ParsedShell {
  if ((source.match(/<<+/g)?.length ?? 0) > MOST_HERE_DOCUMENTS)
    return refused(`it has more than ${MOST_HERE_DOCUMENTS} here-documents`);
  try {
    const ast = parse(source);
    if (isDeep(ast)) return refused(TOO_DEEP);
    const error = ast.errors?.[0];
    return { ast, broken: error === undefined ? undefined : { message: error.message, pos: error.pos } };
  } catch (error) {
    // The parser calls itself as well.
    if (error instanceof RangeError) return refused(TOO_DEEP);
    throw error;
  }
}

function refused(message: string): ParsedShell {
  return { ast: parse(''), broken: { message, pos: 0 } };
}

/** Parts of a script that are parsed when they are asked for count as well. */
function isDeep(ast: ParsedScript): boolean {
  let level: SyntaxNode[] = [ast];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next: SyntaxNode[] = [];
    for (const node of level) forEachChild(node, (child) => void next.push(child));
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}
