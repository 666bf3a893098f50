/** Metrics of the worker beside the SDK's own (docs/observability.md). Labels are fleet and outcome, nothing else. */
export const METRICS = {
  /** Deploys that ended, by fleet and outcome. */
  deploys: 'greenlane_deploys_total',
  /** One wave from its start to its proof: call, and tenants that settle. */
  waveSeconds: 'greenlane_wave_seconds',
  /** From the start of the wait to green gates. */
  gateWaitSeconds: 'greenlane_gate_wait_seconds',
  /** Deploys that wait for the fleet. */
  queueLength: 'greenlane_queue_length',
  /** For how long the first of them has waited since its gates were green. */
  queueWaitSeconds: 'greenlane_queue_wait_seconds',
  /** For how long the fleet has been held by the deploy that holds it; 0 while it is free. */
  heldSeconds: 'greenlane_held_seconds',
  /** 1 while the deploy that holds the fleet is halted. */
  halted: 'greenlane_halted',
  /** 1 while the fleet is pinned, frozen or within a freeze window. */
  onHold: 'greenlane_on_hold',
  /** Tenants that the last release did not prove to run it. */
  stragglers: 'greenlane_stragglers',
  /** When the fleet's gauges were last read, seconds since the epoch; the others are as old as this. */
  observedAt: 'greenlane_observed_timestamp_seconds',
} as const;
