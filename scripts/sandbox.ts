/** `npm run sandbox`: the sandbox's command line; before a pipeline runs, the tasks of this repository are built for it. */
import { join } from 'node:path';
import { runCommandLine } from 'model-bridge-sandbox/command-line';

process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
  program: 'npm run sandbox --',
  async prepareTasks() {
    // Loaded here so that the sandbox alone starts without the build.
    const [{ build }, { STAGE }] = await Promise.all([import('./build.ts'), import('./layout.ts')]);
    await build();
    return join(STAGE, 'tasks');
  },
});
