const TOKEN =
  /\s+|#[^\n]*|\.[A-Za-z_]\w*|(?:\?\/\/|\/\/=|\/\/|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\.\.)|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\$?[A-Za-z_]\w*(?:::\w+)*|@[a-z]\w*|"|./gsu;

/** A token, or a string with the programs interpolated into it. */
export type JqToken = string | { readonly string: string; readonly programs: readonly string[] };

/** The tokens of a jq program; throws on a string without end. */
export function jqTokens(program: string): JqToken[] {
  const found: JqToken[] = [];
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(program); match !== null; match = pattern.exec(program)) {
    const text = match[0];
    if (/^(\s|#)/.test(text)) continue;
    if (text !== '"') {
      found.push(text);
      continue;
    }
    const { end, ...string } = readString(program, pattern.lastIndex);
    found.push(string);
    pattern.lastIndex = end;
  }
  return found;
}

function readString(program: string, from: number): { string: string; programs: string[]; end: number } {
  let string = '';
  const programs: string[] = [];
  for (let at = from; at < program.length; at += 1) {
    if (program[at] === '"') return { string, programs, end: at + 1 };
    if (program[at] !== '\\') {
      string += program[at] ?? '';
      continue;
    }
    at += 1;
    if (program[at] !== '(') continue;
    const end = closingParenthesis(program, at);
    programs.push(program.slice(at + 1, end));
    at = end;
  }
  throw new Error('a string without end');
}

function closingParenthesis(program: string, open: number): number {
  let depth = 0;
  for (let at = open; at < program.length; at += 1) {
    if (program[at] === '"') at = readString(program, at + 1).end - 1;
    else if (program[at] === '(') depth += 1;
    else if (program[at] === ')' && --depth === 0) return at;
  }
  throw new Error('a parenthesis without end');
}
