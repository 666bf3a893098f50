import type { Rule } from '../rule.ts';
import { cancelInProgress } from './cancel-in-progress.ts';
import { crossRepositoryPath } from './cross-repository-path.ts';
import { deadTrigger } from './dead-trigger.ts';
import { deployControls } from './deploy-controls.ts';
import { deployTimeLimit } from './deploy-time-limit.ts';
import { dispatchInputs } from './dispatch-inputs.ts';
import { dockerInfoPipe } from './docker-info-pipe.ts';
import { droppedTrigger } from './dropped-trigger.ts';
import { duplicateKey } from './duplicate-key.ts';
import { githubApi } from './github-api.ts';
import { ignoredKey } from './ignored-key.ts';
import { jobEnvExpression } from './job-env-expression.ts';
import { laneGuest } from './lane-guest.ts';
import { laneMissing } from './lane-missing.ts';
import { leakyAggregate } from './leaky-aggregate.ts';
import { maskedFailure } from './masked-failure.ts';
import { missingContext } from './missing-context.ts';
import { nameCollision } from './name-collision.ts';
import { nameMissing } from './name-missing.ts';
import { nameSlash } from './name-slash.ts';
import { notAWorkflow } from './not-a-workflow.ts';
import { rawAnswer } from './raw-answer.ts';
import { runnerLabel } from './runner-label.ts';
import { secretArgument } from './secret-argument.ts';
import { secretEcho } from './secret-echo.ts';
import { secretInPullRequest } from './secret-in-pull-request.ts';
import { shellSyntax } from './shell-syntax.ts';
import { skippableGate } from './skippable-gate.ts';
import { statusCapture } from './status-capture.ts';
import { stepTimeout } from './step-timeout.ts';
import { suppression } from './suppression.ts';
import { textEncoding } from './text-encoding.ts';
import { topLevelAnchor } from './top-level-anchor.ts';
import { unlabelledCall } from './unlabelled-call.ts';
import { unservedAction } from './unserved-action.ts';
import { valueKind } from './value-kind.ts';
import { workflowRun } from './workflow-run.ts';

/** Every rule, in the order of docs/lint.md: what the host drops, names, gates, deploys, scripts, secrets, the file. */
export const RULES: readonly Rule[] = [
  dispatchInputs,
  workflowRun,
  droppedTrigger,
  deadTrigger,
  duplicateKey,
  valueKind,
  topLevelAnchor,
  ignoredKey,
  stepTimeout,
  unlabelledCall,
  notAWorkflow,
  nameSlash,
  nameCollision,
  nameMissing,
  crossRepositoryPath,
  unservedAction,
  missingContext,
  skippableGate,
  maskedFailure,
  leakyAggregate,
  cancelInProgress,
  deployControls,
  deployTimeLimit,
  laneMissing,
  laneGuest,
  runnerLabel,
  rawAnswer,
  statusCapture,
  dockerInfoPipe,
  githubApi,
  shellSyntax,
  secretInPullRequest,
  secretEcho,
  secretArgument,
  jobEnvExpression,
  textEncoding,
  suppression,
];
