/** What the forge said of the kill-switch variable. Anything else than these is an error and retried (I-07). */
export type VariableReading =
  | { readonly state: 'set'; readonly value: string; readonly scope: 'repository' | 'organisation' }
  | { readonly state: 'unset' }
  | { readonly state: 'forbidden' }
  | { readonly state: 'no-token' };

export interface KillSwitch {
  readonly on: boolean;
  /** Why, in words for people: which variable, where. */
  readonly why: string;
  /** Set when the live value could not be had and the start value alone counts. */
  readonly warning?: string;
}

const TRUE = new Set(['1', 'true', 'yes', 'on', 'disabled', 'disable']);
const FALSE = new Set(['', '0', 'false', 'no', 'off', 'enabled', 'enable']);

/** Whether a flag's value is true: `1 true yes on disabled disable`, any case, trimmed (contract). */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && TRUE.has(value.trim().toLowerCase());
}

/** Whether a flag's value is plainly on or off. What somebody typed in a hurry and is neither counts as on. */
export function isFlag(value: string): boolean {
  const text = value.trim().toLowerCase();
  return TRUE.has(text) || FALSE.has(text);
}

/**
 * The kill switch from its start value and the live variable (I-07): on if either says so. 403 and a missing token
 * leave the start value alone, with a warning.
 */
export function judgeKillSwitch(variable: string, startValue: boolean, reading: VariableReading): KillSwitch {
  if (startValue) return { on: true, why: `${variable} was on when the deploy was started` };
  switch (reading.state) {
    case 'set':
      if (isTrue(reading.value)) return { on: true, why: `${variable} of the ${reading.scope} is on` };
      return isFlag(reading.value)
        ? { on: false, why: `${variable} of the ${reading.scope} is off` }
        : {
            on: true,
            why: `${variable} of the ${reading.scope} is neither on nor off; until somebody sets it to true or false it counts as on`,
          };
    case 'unset':
      return { on: false, why: `${variable} is not set` };
    case 'forbidden':
      return {
        on: false,
        why: `${variable} was off when the deploy was started`,
        warning: `${variable} cannot be read live: the control token lacks the right (403); the start value alone counts`,
      };
    case 'no-token':
      return {
        on: false,
        why: `${variable} was off when the deploy was started`,
        warning: `${variable} is not read live: no control token is configured; the start value alone counts`,
      };
  }
}
