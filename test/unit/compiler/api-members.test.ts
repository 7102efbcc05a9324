import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFile } from '../../../lib/compiler/compile-file.ts';
import { UserError } from '../../../lib/core/errors.ts';
import type { Plan, PlannedRequest } from '../../../lib/plan/plan.ts';
import { collectionOf, readMembers, undeclaredMembers } from './api-members.ts';
import { compileFolderPerTest, WS } from './compile-folder.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/parity', import.meta.url));

const command = 'command: x\nenvironment: azureml:e:1\ncompute: azureml:c\n';
const deployment = 'name: blue\nendpoint_name: ep\nmodel: azureml:m:1\ninstance_type: s\ninstance_count: 1\n';
const monitored = 'input_data: {type: uri_folder, path: azureml:d:1}';

/** Files of the kinds that the fixtures have no file of, with all that moves a request to another version. */
const FILES: Record<string, string> = {
  'a version of an output': `${command}outputs: {o: {name: m, version: 2}}\n`,
  'locations and priority': `${command}resources: {locations: [a], max_instance_count: 2}\nqueue_settings: {job_tier: spot, priority: low}\n`,
  'docker arguments as a list': `${command}resources: {docker_args: ['-v', x]}\n`,
  ray: `${command}distribution: {type: ray, port: 1}\n`,
  'fine-tuning': `type: finetuning
model_provider: azure_open_ai
task: chat_completion
model: {path: azureml:m:1, type: mlflow_model}
training_data: {path: azureml:t:1, type: uri_file}
outputs: {registered_model: {type: mlflow_model, name: tuned}}
resources: {instance_types: [Standard_NC6]}
queue_settings: {job_tier: standard}
`,
  'online endpoint': `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json
name: endpoint
auth_mode: key
traffic: {blue: 100}
mirror_traffic: {green: 10}
public_network_access: disabled
`,
  'online deployment': `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
${deployment}request_settings: {request_timeout_ms: 100}
liveness_probe: {period: 10}
data_collector: {collections: {model_inputs: {enabled: true}}}
`,
  'batch endpoint': `$schema: https://azuremlschemas.azureedge.net/latest/batchEndpoint.schema.json
name: endpoint
defaults: {deployment_name: blue}
`,
  data: 'type: uri_folder\nname: d\npath: azureml://datastores/x/paths/y\nauto_delete_setting: {condition: created_greater_than, value: 3d}\n',
  monitor: `name: watch
trigger: {type: recurrence, frequency: day, interval: 1}
create_monitor:
  compute: {instance_type: s, runtime_version: "3.4"}
  monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:ep:blue}
  alert_notification: {emails: [a@x]}
  monitoring_signals:
    drift: {type: data_drift, features: [a], alert_enabled: true, data_segment: {feature_name: f, feature_values: [v]}}
    predictions: {type: prediction_drift}
    quality: {type: data_quality, feature_type_override: {a: numerical}}
    attribution:
      type: feature_attribution_drift
      reference_data: {${monitored}, data_column_names: {target_column: y}}
      metric_thresholds: {normalized_discounted_cumulative_gain: 0.9}
    performance:
      type: model_performance
      production_data: {${monitored}}
      reference_data: {${monitored}}
      metric_thresholds: {classification: {accuracy: 0.9}}
    own:
      type: custom
      component_id: azureml:mine:1
      metric_thresholds: [{metric_name: x, threshold: 1}]
      connection: {secret_config: {a: b}}
    safety:
      type: generation_safety_quality
      production_data: [{${monitored}}]
      metric_thresholds: {fluency: {aggregated_fluency_pass_rate: 0.7}}
    tokens: {type: generation_token_statistics, production_data: {${monitored}}}
`,
};

function requestsOf({ steps, main }: Plan): PlannedRequest[] {
  return [...steps.flatMap((step) => (step.kind === 'upload' ? [] : [step.request])), main];
}

describe('members of bodies', () => {
  const members = readMembers();
  const undeclared = (plan: Plan): string[] =>
    requestsOf(plan).flatMap(
      (request) =>
        undeclaredMembers(members, request) ?? [`${collectionOf(request.path)} has no ${request.apiVersion}`],
    );

  it('are declared by the api-version, for every fixture', () => {
    const found: string[] = [];
    let compiled = 0;
    const names = readdirSync(fixtures, { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((one) => /^\w+\/[^/]+\.yml$/.test(one)).sort()) {
      const file = `${fixtures}/${name}`;
      try {
        const plan = compileFile({ file, shownFrom: dirname(file), workspace: WS, location: 'eastus', jobName: 'j' });
        found.push(...undeclared(plan).map((member) => `${name}: ${member}`));
        compiled++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error; // a file that is refused sends nothing
      }
    }
    assert.ok(compiled > 100, `only ${compiled} fixtures are compiled`);
    assert.deepEqual(found, []);
  });

  describe('are declared by the api-version', () => {
    const folder = compileFolderPerTest();

    for (const [kind, text] of Object.entries(FILES))
      it(`for ${kind}`, () => assert.deepEqual(undeclared(folder.compile({ 'file.yml': text })), []));

    it('or the file is refused, when no version has all of them', () => {
      const text = `${command}resources: {docker_args: ['-v', x]}\nqueue_settings: {priority: low}\n`;
      assert.match(
        folder.problems({ 'file.yml': text }).join('\n'),
        /A job can't have 'queue_settings\.priority' and 'resources\.docker_args' together/,
      );
    });
  });

  it('that a version does not declare are found', () => {
    const outputs = { o: { jobOutputType: 'uri_folder', assetVersion: '1' } };
    const body = { properties: { jobType: 'Command', command: 'x', outputs } };
    const at = (apiVersion: string) => undeclaredMembers(members, { path: `${WS}/jobs/j`, apiVersion, body });
    assert.deepEqual(at('2025-01-01-preview'), ['.properties.outputs.o.assetVersion']);
    assert.deepEqual(at('2024-01-01-preview'), []);
  });
});
