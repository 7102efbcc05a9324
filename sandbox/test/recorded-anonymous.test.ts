/** Anonymous components get a version of the service's own. */
import assert from 'node:assert/strict';
import { useSandbox } from './http.ts';

describe('anonymous components', () => {
  const { arm } = useSandbox();

  const sent = '11111111-2222-3333-4444-555555555555';
  const path = (version: string) => `components/azureml_anonymous/versions/${version}`;
  const spec = {
    name: 'azureml_anonymous',
    version: sent,
    type: 'command',
    command: 'true',
    environment: 'azureml:AzureML-sklearn-1.5:1',
    display_name: 'Train',
  };
  const put = async (changes: object = {}, version = sent) => {
    const body = { properties: { isAnonymous: true, componentSpec: { ...spec, version, ...changes } } };
    const answer = await arm.call('PUT', path(version), body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer;
  };

  it('answers with another version than that of the address, which is never found', async () => {
    const { headers, body } = await put();
    assert.match(body.name, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(body.name, sent);
    assert.equal(body.id, `${arm.workspace}/${path(body.name)}`);
    assert.equal(body.properties.componentSpec.version, body.name);
    // Only Location repeats the address.
    assert.ok(String(headers.location).includes(`${path(sent)}?`));
    assert.equal((await arm.call('GET', path(sent))).status, 404);
    assert.equal((await arm.call('GET', path(body.name))).status, 200);
  });

  it('finds equal content and name again, whatever the address', async () => {
    const first = (await put()).body.id;
    assert.equal((await put({}, '99999999-2222-3333-4444-555555555555')).body.id, first);
    assert.notEqual((await put({ command: 'false' })).body.id, first);
    assert.notEqual((await put({ name: 'train' })).body.id, first);
  });

  it('takes jobs with the answered id alone', async () => {
    const { id } = (await put()).body;
    const job = (componentId: string) => ({
      properties: {
        jobType: 'Pipeline',
        settings: { default_compute: 'cpu-cluster' },
        jobs: { train: { type: 'command', componentId } },
      },
    });
    const refused = await arm.call('PUT', 'jobs/planned', job(`${arm.workspace}/${path(sent)}`));
    assert.deepEqual([refused.status, refused.body.error.code], [404, 'NotFound']);
    assert.match(refused.body.error.message, /Not found component azureml_anonymous \(version: 11111111-/);
    assert.equal((await arm.call('PUT', 'jobs/planned', job(id))).status, 201);
  });
});
