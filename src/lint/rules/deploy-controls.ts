import type { Rule, RuleContext } from '../rule.ts';
import { namesIn, embeddedExpressions, conditionExpression } from '../expression/embedded.ts';
import type { Job, Workflow } from '../workflow/model.ts';

export const deployControls: Rule = {
  id: 'deploy-controls',
  title: 'A production redeploy has a kill switch, and a rollback or a pin.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'Without a kill switch a bad release is stopped only by reverting or by deleting secrets; without a pin or a rollback the next push rolls the bad commit forward again (I-09, I-27).',
  fix: 'Deploy with `greenlane deploy`, which brings both; or read the kill switch variable before the call, and deploy the pinned tag when one is set.',
  docs: 'Looked at are jobs that redeploy production without Greenlane. A control counts when its variable (`lint.production.killSwitches`, `lint.production.pins`) is read in an expression of the job (`if:`, `env:`) or by a command of its scripts, or when a `greenlane rollback` or `greenlane pin` command stands in the workflow. The name in a comment or in a printed sentence is no control.',
  examples: {
    bad: {
      'redeploy.yml':
        'name: Redeploy\non:\n  push:\n    branches: [main]\njobs:\n  redeploy:\n    runs-on: publish\n    steps:\n      - timeout-minutes: 20\n        run: curl -fsS -o answer.json -X POST "https://api.moleculesai.app/cp/admin/tenants/redeploy-fleet"\n',
    },
    good: {
      'redeploy.yml':
        'name: Redeploy\non:\n  push:\n    branches: [main]\njobs:\n  redeploy:\n    if: vars.PROD_AUTO_DEPLOY_DISABLED != \'true\'\n    runs-on: publish\n    steps:\n      - timeout-minutes: 20\n        env:\n          TAG: ${{ vars.PROD_MANUAL_REDEPLOY_TARGET_TAG || github.sha }}\n        run: curl -fsS -o answer.json -d "{\\"target_tag\\":\\"$TAG\\"}" "https://api.moleculesai.app/cp/admin/tenants/redeploy-fleet"\n',
    },
  },
  check(context) {
    for (const workflow of context.targets) {
      for (const job of workflow.jobs) {
        const deploy = context.deploys(job).find(({ kind }) => kind !== 'greenlane');
        if (deploy === undefined) continue;
        const { killSwitches, pins } = context.settings.production;
        const names = namesOf(context, job);
        if (!killSwitches.some((name) => names.has(name))) {
          context.report({
            at: deploy.at,
            message: `the production redeploy in job \`${job.id}\` has no kill switch (${killSwitches.join(', ')})`,
          });
        }
        if (!pins.some((name) => names.has(name)) && !steersByCommand(context, workflow)) {
          context.report({
            at: deploy.at,
            message: `the production redeploy in job \`${job.id}\` has neither rollback nor pin control (${pins.join(', ')})`,
          });
        }
      }
    }
  },
};

/** Names a job reads: in its conditions and those of its steps, in `env:` of every level, in its scripts. */
function namesOf({ flow }: RuleContext, job: Job): Set<string> {
  const names = new Set<string>();
  const add = (text: string | undefined, condition = false) => {
    if (text === undefined) return;
    const whole = condition ? [conditionExpression(text)] : [];
    for (const expression of [
      ...whole,
      ...embeddedExpressions(text).map((embedded) => embedded.expression),
    ]) {
      if (expression === undefined) continue;
      for (const context of ['vars', 'env', 'secrets'] as const)
        for (const name of namesIn(expression, context)) names.add(name);
    }
  };
  add(job.condition?.value, true);
  for (const variable of [...job.workflow.env, ...job.env]) add(variable.text?.value);
  for (const { step, script, reads } of flow(job).steps) {
    add(step.condition?.value, true);
    for (const variable of step.env) add(variable.text?.value);
    for (const input of step.inputs) add(job.workflow.tree.text(input.value)?.value);
    for (const name of reads) names.add(name);
    for (const embedded of script?.embedded ?? [])
      add(script?.text.value.slice(embedded.start, embedded.end));
  }
  return names;
}

/** Whether a job of the workflow rolls back or pins by a Greenlane command. */
function steersByCommand({ flow }: RuleContext, workflow: Workflow): boolean {
  return workflow.jobs.some((job) =>
    flow(job).steps.some((step) =>
      step.commands.some(
        (run) =>
          run.words.some(({ text }) => text === 'greenlane') &&
          run.words.some(({ text }) => text === 'rollback' || text === 'pin'),
      ),
    ),
  );
}
