/**
 * Prints the requests that creating what a YAML file describes would send, for a made-up workspace and without any
 * connection: `npm run --silent compile -- <file> [--set a.b=c] [--root <dir>] [--allow-unknown-fields]`. What only the
 * service can tell stays symbolic: `@latest` and `@next`. Errors go to standard error, one per line; exit code 1.
 */
import { parseArgs } from 'node:util';
import { workspacePath } from '../lib/azureml/ids.ts';
import { compileFile } from '../lib/compiler/compile-file.ts';
import { parseOverrides } from '../lib/compiler/yaml/overrides.ts';
import { formatProblem, messageOf, type Problem, UserError } from '../lib/core/errors.ts';
import { CONTAINER, type FilePlan } from '../lib/plan/plan.ts';

const USAGE = 'Usage: npm run --silent compile -- <file> [--set a.b=c]... [--root <folder>] [--allow-unknown-fields]';
const HELP = `${USAGE}

Prints the requests that creating what the file describes would send, as JSON, for a made-up workspace.
  --set a.b=c             changes a value of the file, like 'az ml job create --set'
  --root <folder>         messages show paths relative to it (the working directory)
  --allow-unknown-fields  passes unknown fields on, with a warning`;
const CONTAINER_URL = 'https://store.blob.core.windows.net/container';
const WORKSPACE = workspacePath({
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'rg',
  workspaceName: 'ws',
});

function main(args: string[]): number {
  let file: string | undefined;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        set: { type: 'string', multiple: true },
        root: { type: 'string' },
        'allow-unknown-fields': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    file = positionals[0];
    if (file === undefined || positionals.length > 1) throw new TypeError(USAGE);
    const plan = compileFile({
      file,
      shownFrom: values.root ?? process.cwd(),
      workspace: WORKSPACE,
      location: 'eastus',
      overrides: parseOverrides(values.set ?? []),
      jobName: 'modest_bridge_0000000000',
      allowUnknownFields: values['allow-unknown-fields'] ?? false,
    });
    for (const warning of plan.warnings) console.error(`warning: ${oneLine(warning)}`);
    process.stdout.write(`${JSON.stringify({ requests: requestsOf(plan) }, null, 2)}\n`);
    return 0;
  } catch (error) {
    if (error instanceof UserError) {
      const problems = error.problems.length > 0 ? error.problems : [{ message: error.message }];
      for (const problem of problems)
        console.error(problem.place ? oneLine(problem) : `${file}:1:1: ${oneLine(problem)}`);
    } else if (error instanceof TypeError && (error.message === USAGE || 'code' in error)) {
      console.error(messageOf(error).replaceAll('\n', ' ')); // a wrong option
    } else throw error;
    return 1;
  }
}

function requestsOf({ steps, main: last }: FilePlan): unknown[] {
  return [...steps.flatMap((step) => (step.kind === 'upload' ? [] : [step.request])), last].map(
    ({ method, path, apiVersion, body }) => ({
      method,
      path,
      apiVersion,
      body: JSON.parse(JSON.stringify(body).replaceAll(CONTAINER, CONTAINER_URL)) as unknown,
    }),
  );
}

function oneLine(problem: Problem): string {
  return formatProblem(problem).replace(/\s*\n\s*/g, ' ');
}

process.exitCode = main(process.argv.slice(2));
