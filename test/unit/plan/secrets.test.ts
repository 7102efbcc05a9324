import assert from 'node:assert/strict';
import { inspectPlan } from '../../../lib/plan/inspect.ts';
import { withoutSecrets } from '../../../lib/plan/secrets.ts';
import { differenceTable, planRequests } from '../../../lib/plan/show.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { compileFolder } from '../compiler/compile-folder.ts';
import { fakeService } from './fake-service.ts';

describe('what is shown of a plan', () => {
  const folder = compileFolder();
  after(() => folder.remove());

  it('has no password of a compute', async () => {
    const file =
      'type: amlcompute\nname: cpu\nsize: Standard_DS3_v2\nssh_settings:\n  admin_username: ada\n  admin_password: hunter2\n  ssh_key_value: ssh-rsa AAA\nmax_instances: 2\n';
    const plan = folder.compile({ 'file.yml': file });
    assert.match(JSON.stringify(plan.main.body), /hunter2/);
    const inspected = await inspectPlan(plan, fakeService().workspace, {} as Datastores);
    const shown = JSON.stringify(planRequests(inspected));
    assert.doesNotMatch(shown, /hunter2/);
    assert.match(shown, /"adminUserPassword":"\*\*\*"/);
    assert.match(shown, /"adminUserName":"ada"/);
    assert.match(JSON.stringify(inspected.main.body), /hunter2/, 'what is sent has it');
  });

  it('has no text below a member whose name says that it is a secret', () => {
    const harmless = {
      other_key: { jobInputType: 'literal', value: '${{parent.inputs.key}}' },
      max_tokens: '256',
      adminUserSshPublicKey: 'ssh-rsa',
      keyVaultUri: 'https://x',
      password: '',
    };
    const secret = (value: string) => ({
      secrets: { any: value, nested: [{ a: value }] },
      connectionString: value,
      OPENAI_API_KEY: value,
      hf_token: { jobInputType: 'literal', value },
    });
    assert.deepEqual(withoutSecrets({ ...secret('hunter2'), ...harmless }), { ...secret('***'), ...harmless });
  });

  it('has no value of an environment variable that differs', () => {
    const { rows } = differenceTable([
      { field: 'properties.environmentVariables.DB', planned: 'new', present: 'hunter2' },
      { field: 'properties.componentSpec.environment_variables', planned: undefined, present: { DB: 'hunter2' } },
      { field: 'properties.settings', planned: [{ environmentVariables: { DB: 'new' } }], present: 'x' },
      { field: 'properties.account_key', planned: 'new', present: 'hunter2' },
      { field: 'properties.tags.owner', planned: 'ada', present: 'bob' },
    ]);
    assert.deepEqual(rows, [
      ['environmentVariables.DB', '***', '***'],
      ['componentSpec.environment_variables', '{"DB":"***"}', '(none)'],
      ['settings', 'x', '[{"environmentVariables":{"DB":"***"}}]'],
      ['account_key', '***', '***'],
      ['tags.owner', 'bob', 'ada'],
    ]);
  });
});
