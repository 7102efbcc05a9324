import assert from 'node:assert/strict';
import type { Plan } from '../../../lib/plan/plan.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { inspectFiles } from '../../../tasks/apply-asset/v1/inspect.ts';
import { compileFolder } from '../compiler/compile-folder.ts';
import { type FakeService, fakeService } from '../plan/fake-service.ts';

const ENVIRONMENT = 'name: e\nversion: 1\nimage: ubuntu:22.04\n';
const COMPONENT = 'name: c\nversion: 3\ntype: command\ncommand: ls\nenvironment: azureml:e@latest\n';

describe('a file with a fixed version that refers to the newest version of another file of the set', () => {
  const folder = compileFolder();
  after(() => folder.remove());
  const actions = async (service: FakeService, environment = ENVIRONMENT): Promise<string[]> => {
    const plans: Plan[] = [environment, COMPONENT].map((file) => folder.compile({ 'file.yml': file }));
    const files = plans.map((plan, i) => ({ file: `${i}.yml`, plan }));
    const found = await inspectFiles(files, service.workspace, {} as Datastores);
    return found.map(({ change }) => change.action);
  };

  /** The workspace after the files were applied. */
  const applied = (): FakeService => {
    const [environment, component] = [ENVIRONMENT, COMPONENT].map((file) => folder.compile({ 'file.yml': file }));
    const spec = JSON.parse(JSON.stringify(component!.main.body).replace('versions/@latest', 'versions/1'));
    return fakeService({
      'environments/e/versions/1': { name: '1', ...(environment!.main.body as object) },
      'components/c/versions/3': { name: '3', ...spec },
    });
  };

  it('is created with it', async () => {
    assert.deepEqual(await actions(fakeService()), ['create', 'create']);
  });

  it('is unchanged when both were applied before', async () => {
    assert.deepEqual(await actions(applied()), ['unchanged', 'unchanged']);
  });

  it('differs when the other file makes a new version', async () => {
    assert.deepEqual(await actions(applied(), ENVIRONMENT.replace('version: 1', 'version: 2')), ['create', 'conflict']);
  });
});
