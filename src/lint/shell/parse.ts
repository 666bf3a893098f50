import { forEachChild, parse, type ParsedScript, type SyntaxNode } from 'unbash';

/** Levels of the syntax tree that are followed, by code that calls itself: thirty substitutions in each other. */
const DEEPEST = 200;

/** A shell script as its syntax tree. */
export interface ParsedShell {
  readonly ast: ParsedScript;
  /** The first thing the parser did not understand. */
  readonly broken: { readonly message: string; readonly pos: number } | undefined;
}

/** Parses a shell script. One that is nested too deeply to be followed is broken, and its tree is empty. */
export function parseShell(source: string): ParsedShell {
  try {
    const ast = parse(source);
    if (isDeep(ast)) return tooDeep();
    const error = ast.errors?.[0];
    return { ast, broken: error === undefined ? undefined : { message: error.message, pos: error.pos } };
  } catch (error) {
    // The parser calls itself as well.
    if (error instanceof RangeError) return tooDeep();
    throw error;
  }
}

function tooDeep(): ParsedShell {
  return { ast: parse(''), broken: { message: 'it is nested too deeply', pos: 0 } };
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
