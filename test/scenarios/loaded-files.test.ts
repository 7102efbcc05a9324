/** What a task reads when it starts: its own bundle, and Azure DevOps' clients only when one is used. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from '../../scripts/layout.ts';
import { runBuiltTask } from './run-built-task.ts';
import { fakeAzurePerTest } from './story.ts';

const TASKS = join(ROOT, 'build/extension/tasks');
/** Routes of the clients of builds and of Git (`BuildApi`, `GitApi`), which they name by these ids. */
const OF_CLIENTS = ['54572c7b-bbd3-45d4-80dc-28be08941620', 'ab6e2e5d-a0b7-4153-b64a-a4efe0d49449'];

/** Writes the paths of the modules that the process has read to a file when it ends. */
const HOOK = `
process.on('exit', () =>
  require('node:fs').writeFileSync(process.env.LOADED_FILES, JSON.stringify(Object.keys(require.cache))));
`;

describe('the files that a task loads', () => {
  const azureOf = fakeAzurePerTest((azure) => {
    azure.addJob('train', 'Completed', { outputs: { model: { jobOutputType: 'custom_model' } } });
    azure.metrics.set('train', [{ key: 'auc', value: 0.9 }]);
  });
  const loadedBy = async (task: string, inputs: Record<string, string>, variables = {}): Promise<string[]> => {
    const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
    const [hook, file] = [join(folder, 'hook.cjs'), join(folder, 'loaded.json')];
    writeFileSync(hook, HOOK);
    const env = { NODE_OPTIONS: `--require=${hook}`, LOADED_FILES: file };
    const run = await runBuiltTask(task, azureOf(), { jobName: 'train', ...inputs }, { env, variables });
    assert.equal(run.result, 'Succeeded', run.log);
    const loaded = JSON.parse(readFileSync(file, 'utf8')) as string[];
    return loaded.filter((path) => path !== hook && path.endsWith('.js')).map((path) => basename(path));
  };

  it('are its bundle alone, where Azure DevOps is not asked', async () => {
    assert.deepEqual(await loadedBy('evaluate-model', { rules: 'metrics.auc > 0.5' }), ['index.js']);
    const model = { modelName: 'm', outputName: 'model' };
    assert.deepEqual(await loadedBy('register-model', model, { 'System.CollectionUri': '' }), ['index.js']);
  });

  it('are the clients of Azure DevOps as well, when work items are recorded or the verdict becomes a comment', async () => {
    const model = { modelName: 'm', outputName: 'model' };
    assert.deepEqual((await loadedBy('register-model', model)).sort(), ['devops.js', 'index.js']);
    const variables = { 'System.PullRequest.PullRequestId': '3', 'Build.Repository.Provider': 'TfsGit' };
    const inputs = { rules: 'metrics.auc > 0.5', commentOnPullRequest: 'true' };
    const loaded = await loadedBy('evaluate-model', inputs, { ...variables, 'Build.Repository.ID': 'r' });
    assert.deepEqual(loaded.sort(), ['devops.js', 'index.js']);
  });

  it('have the clients of Azure DevOps in a file of their own, in no bundle', () => {
    const bundles = readdirSync(TASKS).flatMap((task) => {
      const folder = join(TASKS, task, 'v1');
      const files = readdirSync(folder);
      return files.filter((file) => file.endsWith('.js')).map((file) => ({ task, file, path: join(folder, file) }));
    });
    const hasClients = ({ path }: { path: string }): boolean => {
      const code = readFileSync(path, 'utf8');
      return OF_CLIENTS.some((id) => code.includes(id));
    };
    const having = bundles.filter(hasClients);
    assert.ok(having.length > 0);
    assert.deepEqual([...new Set(having.map(({ file }) => file))], ['devops.js']);
    const needed = having.map(({ task }) => task).sort();
    assert.deepEqual(needed, ['deploy-model', 'evaluate-model', 'register-model', 'trace-model']);
  });
});
