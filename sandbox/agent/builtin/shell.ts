/** `script:`, `bash:` and `pwsh:` (CmdLine@2, Bash@3, PowerShell@2). */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mergeResults } from '../results.ts';
import { addError } from '../steps/state.ts';
import type { BuiltinContext } from './context.ts';

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

interface ShellOptions {
  program: string;
  args: string[];
  extension: string;
  script: string;
  /** As messages name the program. */
  label: string;
}

/** The step's `workingDirectory`, checked as the tasks check it; otherwise the process would seem to be missing. */
function workingDirectory({ inputs, workingDirectory: otherwise }: BuiltinContext): string {
  const folder = inputs.get('workingDirectory');
  if (!folder) return otherwise;
  if (!existsSync(folder)) throw new Error(`Not found workingDirectory: ${folder}`);
  if (!statSync(folder).isDirectory()) throw new Error(`The workingDirectory is not a folder: ${folder}`);
  return folder;
}

async function runScript(context: BuiltinContext, options: ShellOptions): Promise<void> {
  const { state, inputs } = context;
  const cwd = workingDirectory(context);
  const file = join(context.tempFolder, `${randomUUID()}.${options.extension}`);
  state.write('Generating script.');
  if (!options.script.trim().includes('\n')) {
    state.write('Script contents:');
    state.write(options.script.trim());
  }
  writeFileSync(file, options.script);
  state.write('========================== Starting Command Output ===========================');
  state.write(`[command]${options.program} ${[...options.args, file].join(' ')}`);
  const failOnStderr = inputs.get('failOnStderr')?.toLowerCase() === 'true';
  const stderr: string[] = [];
  const code = await context.run({
    file: options.program,
    args: [...options.args, file],
    cwd,
    onLine: (line, stream) => {
      // Such a line goes to the error stream's collection instead of the log, as these tasks do.
      if (stream === 'stderr' && failOnStderr) stderr.push(line);
      else context.processLine(line);
    },
  });
  if (code !== undefined && code !== 0) {
    addError(state, `${options.label} exited with code '${code}'.`);
    state.result = mergeResults(state.result, 'Failed');
  }
  if (stderr.length > 0) {
    addError(state, `${options.label} wrote one or more lines to the standard error stream.`);
    for (const line of stderr) addError(state, line);
    state.result = mergeResults(state.result, 'Failed');
  }
}

/** Inline text, or a call of the script file with its arguments. */
function scriptText(context: BuiltinContext, call: (file: string, args: string) => string): string {
  const { inputs } = context;
  if (inputs.get('targetType')?.toLowerCase() === 'inline') return inputs.get('script') ?? '';
  const file = inputs.get('filePath') ?? '';
  if (!existsSync(file)) throw new Error(`Invalid file path '${file}'.`);
  return call(file, inputs.get('arguments') ?? '');
}

const bashArguments = ['--noprofile', '--norc'];

function bash(context: BuiltinContext, script: string): Promise<void> {
  const program = findProgram('bash', context.environment.PATH ?? '');
  if (!program) throw new Error('bash was not found on the PATH.');
  return runScript(context, { program, args: bashArguments, extension: 'sh', script, label: 'Bash' });
}

export const runCmdLine = (context: BuiltinContext): Promise<void> => bash(context, context.inputs.get('script') ?? '');

export const runBash = (context: BuiltinContext): Promise<void> =>
  bash(
    context,
    scriptText(context, (file, args) => `. '${file.replaceAll("'", "'\\''")}' ${args}`.trim()),
  );

export async function runPowerShell(context: BuiltinContext): Promise<void> {
  const program = findProgram('pwsh', context.environment.PATH ?? '');
  if (!program)
    throw new Error(
      "pwsh was not found on this machine. Install PowerShell, or write the step with 'bash:' or 'script:'.",
    );
  const preference = context.inputs.get('errorActionPreference') || 'stop';
  const text = scriptText(context, (file, args) => `. '${file.replaceAll("'", "''")}' ${args}`.trim());
  const ignoreExit = context.inputs.get('ignoreLASTEXITCODE')?.toLowerCase() === 'true';
  const script = [
    `$ErrorActionPreference = '${preference}'`,
    text,
    ...(ignoreExit ? [] : ['if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }']),
  ].join('\n');
  await runScript(context, {
    program,
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-File'],
    extension: 'ps1',
    script,
    label: 'PowerShell',
  });
}
