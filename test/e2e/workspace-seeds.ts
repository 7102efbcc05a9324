/** Things that somebody else has put into the workspace before a pipeline runs. */
import assert from 'node:assert/strict';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { registryArmId, workspaceArmId } from '../../sandbox/settings.ts';
import { call } from '../../scripts/workspace-facts.ts';

/** `PUT {workspace}/{below}`; the service must take it. Answers what it stored. */
export async function put(sandbox: Sandbox, below: string, body: unknown): Promise<any> {
  return putAt(sandbox, `${workspaceArmId(sandbox.settings)}/${below}`, body);
}

/** The same in the registry `azureml`. */
export async function putInRegistry(sandbox: Sandbox, below: string, body: unknown): Promise<any> {
  return putAt(sandbox, `${registryArmId(sandbox.settings)}/${below}`, body);
}

async function putAt(sandbox: Sandbox, path: string, body: unknown): Promise<any> {
  const url = `${sandbox.azuremlUrl}${path}?api-version=2026-05-01`;
  const answer = await call(sandbox, 'PUT', url, body);
  // A registry takes it as an operation, which has ended before anyone asks.
  assert.ok([200, 201, 202].includes(answer.status!), JSON.stringify(answer.body));
  return answer.body;
}

const binding = (what: string): string => `$\{{${what}}}`;
const component = (componentSpec: unknown): unknown => ({ properties: { componentSpec } });

/** The pipeline component `greeter`, whose one step writes `count` times `message`, and the names in `data`, to `report`. */
export async function seedComponents(sandbox: Sandbox): Promise<void> {
  const step = await put(
    sandbox,
    'components/greet/versions/1',
    component({
      name: 'greet',
      type: 'command',
      command: `for i in $(seq ${binding('inputs.count')}); do echo "${binding('inputs.message')}"; done > ${binding('outputs.report')}/all.txt; cat ${binding('outputs.report')}/all.txt; $[[ls ${binding('inputs.data')}]]`,
      environment: 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
      inputs: {
        message: { type: 'string' },
        count: { type: 'integer', default: '1' },
        data: { type: 'uri_folder', optional: true },
      },
      outputs: { report: { type: 'uri_folder' } },
    }),
  );
  const input = (name: string): unknown => ({
    job_input_type: 'literal',
    value: binding(`parent.inputs.${name}`),
  });
  const pipeline = (required: boolean): unknown =>
    component({
      name: 'greeter',
      type: 'pipeline',
      inputs: {
        message: { type: 'string' },
        count: { type: 'integer', default: '1' },
        data: { type: 'uri_folder', ...(required ? {} : { optional: true }) },
      },
      outputs: { report: { type: 'uri_folder' } },
      jobs: {
        greet: {
          type: 'command',
          display_name: 'Greet',
          componentId: step.id,
          inputs: { message: input('message'), count: input('count'), ...(required ? { data: input('data') } : {}) },
          outputs: { report: { type: 'literal', value: binding('parent.outputs.report') } },
        },
      },
    });
  await put(sandbox, 'components/greeter/versions/1', pipeline(false));
  await put(sandbox, 'components/greeter/versions/2', pipeline(true));
}

/** The batch endpoint `scoring` with the deployments `greeter` (its default; the pipeline component) and `model`. */
export async function seedBatchEndpoint(sandbox: Sandbox): Promise<void> {
  const endpoint = (defaults: unknown): unknown => ({
    location: 'eastus',
    properties: { authMode: 'AADToken', ...(defaults ? { defaults } : {}) },
  });
  const componentId = `${workspaceArmId(sandbox.settings)}/components/greeter/versions/1`;
  await put(sandbox, 'batchEndpoints/scoring', endpoint(undefined));
  await put(sandbox, 'batchEndpoints/scoring/deployments/greeter', {
    location: 'eastus',
    properties: {
      deploymentConfiguration: {
        deploymentConfigurationType: 'PipelineComponent',
        componentId: { referenceType: 'Id', assetId: componentId },
        settings: { default_compute: 'cpu-cluster' },
      },
    },
  });
  const datastoreId = `${workspaceArmId(sandbox.settings)}/datastores/workspaceblobstore`;
  await put(sandbox, 'batchEndpoints/scoring/deployments/model', {
    location: 'eastus',
    properties: { model: { referenceType: 'DataPath', datastoreId, path: 'scorer' } },
  });
  await put(sandbox, 'batchEndpoints/scoring', endpoint({ deploymentName: 'greeter' }));
}

/** The schedule `nightly`, which runs `greeter`, and `paused`, which is disabled. */
export async function seedSchedules(sandbox: Sandbox): Promise<void> {
  const schedule = (isEnabled: boolean): unknown => ({
    properties: {
      isEnabled,
      trigger: { triggerType: 'Cron', expression: '0 3 * * *' },
      action: {
        actionType: 'CreateJob',
        jobDefinition: {
          jobType: 'Pipeline',
          experimentName: 'nightly',
          componentId: `${workspaceArmId(sandbox.settings)}/components/greeter/versions/1`,
          inputs: { message: { jobInputType: 'literal', value: 'good night' } },
          settings: { default_compute: 'cpu-cluster' },
          jobs: {},
        },
      },
    },
  });
  await put(sandbox, 'schedules/nightly', schedule(true));
  await put(sandbox, 'schedules/paused', schedule(false));
}

/** The pipeline component `shared` in the registry `azureml`. */
export async function shareComponent(sandbox: Sandbox): Promise<void> {
  const spec = { name: 'shared', type: 'pipeline', inputs: { message: { type: 'string' } }, jobs: {} };
  await putInRegistry(sandbox, 'components/shared/versions/1', component(spec));
}
