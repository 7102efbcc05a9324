/**
 * Prints the requests that submitting a job file would send, for a made-up workspace and without any connection:
 * `npm run --silent compile -- <job file> [--set a.b=c]`. Errors go to standard error, one a line; exit code 1.
 */
import { parseArgs } from 'node:util';
import { workspacePath } from '../lib/azureml/ids.ts';
import { formatProblem, UserError } from '../lib/core/errors.ts';
import { compileJob } from '../lib/spec/compile-job.ts';
import { parseOverrides } from '../lib/spec/overrides.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { set: { type: 'string', multiple: true } },
});
const [file] = positionals;
if (!file) {
  console.error('Usage: npm run --silent compile -- <job file> [--set a.b=c]');
  process.exit(1);
}
try {
  const plan = compileJob({
    file,
    shownFrom: process.cwd(),
    workspace: workspacePath({
      subscriptionId: '00000000-0000-0000-0000-000000000000',
      resourceGroup: 'rg',
      workspaceName: 'ws',
    }),
    overrides: parseOverrides((values.set ?? []).join('\n')),
    jobName: 'modest_bridge_0000000000',
  });
  const requests = plan.steps.flatMap((step) => (step.kind === 'upload' ? [] : [step.request]));
  console.log(
    JSON.stringify(
      {
        requests: [...requests, plan.job].map(({ method, path, apiVersion, body }) => ({
          method,
          path,
          apiVersion,
          body,
        })),
      },
      null,
      2,
    ),
  );
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const line of error.problems.length > 0 ? error.problems.map(formatProblem) : [`${file}:1:1: ${error.message}`])
    console.error(line);
  process.exitCode = 1;
}
