/** Tasks that select a tool: on this machine the tool must be there already. */
import type { BuiltinContext } from './context.ts';

async function printVersion(context: BuiltinContext, program: string): Promise<void> {
  const lines: string[] = [];
  const code = await context
    .run({ file: program, args: ['--version'], cwd: context.workingDirectory, onLine: (line) => lines.push(line) })
    .catch(() => -1);
  if (code !== 0) throw new Error(`${program} was not found on this machine.`);
  context.state.write(`Using the ${program} of this machine: ${lines.join(' ')}`);
}

export const runUsePythonVersion = (context: BuiltinContext): Promise<void> => printVersion(context, 'python3');
export const runUseNode = (context: BuiltinContext): Promise<void> => printVersion(context, 'node');
