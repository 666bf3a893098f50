/** Workflow id of a fleet's lock (contract). */
export function lockId(fleet: string): string {
  return `fleet-lock/${fleet}`;
}
