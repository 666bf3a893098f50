/** What a token may do: the two tokens have one job each (contracts, environment of the worker). */
export type Access = 'forge' | 'control' | 'either';

/** Whether a caller may, and if not, why. */
export type AccessVerdict = 'ok' | 'missing' | 'bad' | 'not-its-job';

export interface ForgeTokens {
  readonly forge: string;
  readonly control: string;
}

/** Judges an `Authorization` header (`token T` or `Bearer T`) for a call that needs `access`. */
export function judgeAccess(header: string | undefined, access: Access, tokens: ForgeTokens): AccessVerdict {
  if (header === undefined || header === '') return 'missing';
  const token = /^(?:token|bearer) +(\S+)$/i.exec(header)?.[1];
  if (token !== tokens.forge && token !== tokens.control) return 'bad';
  if (access === 'either') return 'ok';
  return token === tokens[access] ? 'ok' : 'not-its-job';
}
