import { fstatSync, statSync, writeSync } from 'node:fs';

const NAMES = { 1: 'stdout', 2: 'stderr' } as const;

/** Whether somebody looks at the stream on a screen. Asked of the descriptor first: a stream is costly to make. */
export function isScreen(descriptor: 1 | 2): boolean {
  return isDevice(descriptor) && process[NAMES[descriptor]].isTTY;
}

/**
 * Writes text to stdout (1) or stderr (2). A pipe or file is written to directly, because Node's stream for it takes
 * as long to load as `plan` takes to run. What cannot be written so (a full pipe that does not block, a reader that
 * is gone) and all that follows is left to the stream, which waits or fails as ever.
 */
export function outputTo(descriptor: 1 | 2): (text: string) => void {
  let direct = !isDevice(descriptor);
  return (text) => {
    const rest = direct ? writeDirectly(descriptor, text) : Buffer.from(text);
    if (rest.length === 0) return;
    direct = false;
    process[NAMES[descriptor]].write(rest);
  };
}

/** @returns what could not be written */
function writeDirectly(descriptor: number, text: string): Buffer {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch {
    // The stream meets the same error, or does not.
  }
  return rest;
}

/** Whether it may be a terminal; the device that swallows everything is none. */
function isDevice(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isCharacterDevice() && status.rdev !== statSync('/dev/null').rdev;
  } catch {
    // Closed, or a system without that device: the stream knows.
    return true;
  }
}
