/** Set-up that cannot go on: one message for people, with the ways out. Exit code 1, no stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
