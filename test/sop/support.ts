/** A body that answers all six questions. */
export const GOOD_BODY = `## Root cause
The older of two pushes ran last and rolled the fleet backward.

## Deploy gate
Unchanged: \`CI / Platform (Go) (push)\` and the others must be success before the first call.

## Kill switch
Set \`PROD_AUTO_DEPLOY_DISABLED\` to true; no call goes out after it is readable.

## Verification
Every tenant answers /buildinfo with the release's SHA within the settle budget.

## Logging
Only counts, codes and slugs are printed; the linter's raw-answer rule passes.

## Rollback
\`greenlane rollback --to staging-2863380 --reason "..."\`
`;
export const CONTEXTS = ['CI / Platform (Go) (push)', 'CI / all-required (push)'];
export const SETTING = { contexts: CONTEXTS, killSwitches: ['PROD_AUTO_DEPLOY_DISABLED'] };
