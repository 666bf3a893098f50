import type { Phase } from '../rollout/outcome.ts';
import type { DeployStatus } from '../workflows/status.ts';
import type { View } from './frame.ts';
import { isGreen } from './milestones.ts';
import { fit, type Style } from './style.ts';

type Step = 'gates' | 'approval' | 'queue' | 'checks' | 'canary' | 'waves' | 'verify' | 'rollback';

const STEP_OF: Readonly<Record<Phase, Step | undefined>> = {
  starting: undefined,
  gates: 'gates',
  approval: 'approval',
  queued: 'queue',
  preflight: 'checks',
  canary: 'canary',
  waves: 'waves',
  soak: 'waves',
  verify: 'verify',
  halted: undefined,
  rolling_back: 'rollback',
  ended: undefined,
};

/** `✔ gates  ✔ queue  ▶ canary  ○ waves  ○ verify`: where the deploy is on its way. */
export function stepsLine(status: DeployStatus, view: View, style: Style): string {
  const { colors, marks, columns } = style;
  const { outcome } = view.result ?? {};
  const steps = stepsOf(status);
  const current = stepOf(status);
  const at = current === undefined ? -1 : steps.indexOf(current);
  const halted = status.phase === 'halted' || outcome === 'halted' || outcome === 'failed';
  const line = steps
    .map((step, index) => {
      const name = step === 'gates' ? `gates${gateCount(view, index < at)}` : step;
      if (outcome === 'deployed' || outcome === 'rolled_back' || index < at)
        return colors.green(`${marks.done} ${name}`);
      if (index > at) return colors.dim(`${marks.todo} ${name}`);
      return halted
        ? colors.red(`${marks.bad} ${name}`)
        : colors.bold(colors.cyan(`${marks.active} ${name}`));
    })
    .join('  ');
  return fit(line, columns);
}

function stepsOf({ kind, phase }: DeployStatus): Step[] {
  if (phase === 'rolling_back') return ['queue', 'rollback'];
  const rollOut: Step[] = ['queue', 'checks', 'canary', 'waves', 'verify'];
  if (kind !== 'auto') return rollOut;
  return phase === 'approval' ? ['gates', 'approval', ...rollOut] : ['gates', ...rollOut];
}

/** The step a deploy is in, also while it is halted: from what it has done so far. */
function stepOf(status: DeployStatus): Step | undefined {
  const { phase, epoch, wave, waves, kind, audit } = status;
  if (phase !== 'halted' && phase !== 'ended') return STEP_OF[phase];
  if (epoch === undefined) return kind === 'auto' && !audit.some(isGreen) ? 'gates' : 'queue';
  if (wave === 0) return 'canary';
  return wave < waves ? 'waves' : 'verify';
}

function gateCount({ gates }: View, passed: boolean): string {
  if (gates === undefined || passed) return '';
  return ` ${gates.filter((gate) => gate.state === 'green').length}/${gates.length}`;
}
