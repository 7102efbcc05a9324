import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling endpoints and deployments', () => {
  const folder = compileFolderPerTest();
  const body = (text: string, files: Record<string, string> = {}) =>
    bodyOf(folder.compile({ 'file.yml': text, ...files }));
  const managed =
    '$schema: x/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: ep\ninstance_type: Standard_DS3_v2\n';

  it('an online endpoint has an identity of its own unless it is given one', () => {
    const plan = folder.compile({
      'file.yml': 'name: ep-1\nauth_mode: aml_token\ntraffic: {blue: 90, green: 10}\nlocation: here\n',
    });
    assert.equal(plan.main.path, `${WS}/onlineEndpoints/ep-1`);
    assert.deepEqual(bodyOf(plan), {
      location: 'westeurope',
      tags: {},
      identity: { type: 'SystemAssigned' },
      properties: { authMode: 'AMLToken', properties: {}, traffic: { blue: 90, green: 10 }, mirrorTraffic: {} },
    });
    assert.deepEqual(
      body(
        'name: ep-1\nauth_mode: key\nidentity: {type: user_assigned, user_assigned_identities: [{resource_id: /subscriptions/x}]}\n',
      ).identity,
      { type: 'UserAssigned', userAssignedIdentities: { '/subscriptions/x': {} } },
    );
  });

  it('a batch endpoint knows its default deployment', () => {
    const plan = folder.compile({
      'file.yml':
        '$schema: a/batchEndpoint.schema.json\nname: batch\ndescription: d\ndefaults: {deployment_name: main}\n',
    });
    assert.equal(plan.main.path, `${WS}/batchEndpoints/batch`);
    assert.deepEqual(bodyOf(plan).properties, {
      authMode: 'aadToken',
      description: 'd',
      properties: {},
      defaults: { deploymentName: 'main' },
    });
  });

  it('a managed deployment with everything in place makes code, environment and model first', () => {
    const plan = folder.compile({
      'file.yml': `${managed}instance_count: 2\nmodel: {path: model}\ncode_configuration: {code: src, scoring_script: score.py}\nenvironment: {image: ubuntu, conda_file: {dependencies: [pip]}}\nenvironment_variables: {WORKERS: 2}\nrequest_settings: {request_timeout_ms: 90500, max_queue_wait_ms: 500}\nliveness_probe: {initial_delay: 180, failure_threshold: 30}\nscale_settings: {type: default}\negress_public_network_access: disabled\napp_insights_enabled: true\n`,
      'model/weights': '1',
      'src/score.py': 'x',
    });
    assert.deepEqual(
      plan.steps.map(({ kind }) => kind),
      ['code', 'environment', 'upload', 'model'],
    );
    const requests = plan.steps.flatMap((step) => (step.kind === 'upload' ? [] : [step.request]));
    const { properties, sku, tags } = bodyOf(plan);
    assert.equal(plan.main.path, `${WS}/onlineEndpoints/ep/deployments/blue`);
    assert.deepEqual(sku, { name: 'Default', capacity: 2 });
    assert.deepEqual(tags, {});
    assert.deepEqual(properties, {
      endpointComputeType: 'Managed',
      codeConfiguration: { codeId: requests[0]!.path, scoringScript: 'score.py' },
      environmentId: requests[1]!.path,
      model: requests[2]!.path,
      environmentVariables: { WORKERS: 2 },
      instanceType: 'Standard_DS3_v2',
      appInsightsEnabled: true,
      scaleSettings: { scaleType: 'Default' },
      requestSettings: { maxQueueWait: 'PT0.5S', requestTimeout: 'PT1M30.5S' },
      livenessProbe: { failureThreshold: 30, initialDelay: 'PT3M' },
      egressPublicNetworkAccess: 'disabled',
      properties: {},
    });
    assert.equal((requests[2]!.body as any).properties.isAnonymous, true);
  });

  it('a named environment or model in a deployment becomes a version of it', () => {
    const plan = folder.compile({
      'file.yml': `${managed}model: {name: m, path: model}\nenvironment: {name: e, version: 4, image: ubuntu}\n`,
      'model/weights': '1',
    });
    const { properties } = bodyOf(plan);
    assert.equal(properties.environmentId, `${WS}/environments/e/versions/4`);
    assert.equal(properties.model, `${WS}/models/m/versions/@next`);
  });

  it('a Kubernetes deployment has resources and may scale', () => {
    const { properties, sku } = body(
      'name: green\ntype: kubernetes\nendpoint_name: ep\nmodel: azureml:m:1\nresources: {requests: {cpu: "0.1", nvidia.com/gpu: "1"}, limits: {memory: 1Gi}}\nscale_settings: {type: target_utilization, min_instances: 1, max_instances: 3, polling_interval: 10, target_utilization_percentage: 70}\n',
    );
    assert.deepEqual(sku, { name: 'Default' });
    assert.equal(properties.endpointComputeType, 'Kubernetes');
    assert.deepEqual(properties.scaleSettings, {
      scaleType: 'TargetUtilization',
      minInstances: 1,
      maxInstances: 3,
      pollingInterval: 'PT10S',
      targetUtilizationPercentage: 70,
    });
    assert.deepEqual(properties.containerResourceRequirements, {
      containerResourceRequests: { cpu: '0.1', gpu: '1' },
      containerResourceLimits: { memory: '1Gi' },
    });
  });

  it('what a data collector collects becomes data assets', () => {
    const plan = folder.compile({
      'file.yml': `${managed}model: azureml:m:1\ndata_collector:\n  sampling_rate: 0.5\n  rolling_rate: hour\n  request_logging: {capture_headers: [x-id]}\n  collections:\n    model_inputs: {enabled: "true"}\n    mine: {enabled: false, data: {name: own, version: 2, path: azureml://datastores/d/paths/p}}\n    known: {enabled: true, data: azureml:d:3}\n`,
    });
    const [inputs, mine] = plan.steps.map((step) => (step as { request: { path: string; body: any } }).request);
    assert.equal(inputs!.path, `${WS}/data/ep-blue-model_inputs/versions/1`);
    assert.equal(
      inputs!.body.properties.dataUri,
      'azureml://datastores/workspaceblobstore/paths/modelDataCollector/ep/blue/model_inputs',
    );
    assert.equal(mine!.path, `${WS}/data/own/versions/2`);
    assert.deepEqual(bodyOf(plan).properties.dataCollector, {
      collections: {
        model_inputs: { dataCollectionMode: 'enabled', samplingRate: 0.5, dataId: inputs!.path },
        mine: { dataCollectionMode: 'disabled', samplingRate: 0.5, dataId: mine!.path },
        known: { dataCollectionMode: 'enabled', samplingRate: 0.5, dataId: `${WS}/data/d/versions/3` },
      },
      rollingRate: 'Hour',
      requestLogging: { captureHeaders: ['x-id'] },
    });
  });

  const batch = 'name: main\nendpoint_name: batch\ncompute: azureml:cpu\nmodel: azureml:m:1\n';

  it('a batch deployment of a model takes its settings from their mapping, in the older form from the file', () => {
    const settings =
      'output_action: append_row\noutput_file_name: p.csv\nmini_batch_size: 5\nerror_threshold: -1\nlogging_level: info\nretry_settings: {max_retries: 3, timeout: 300}\nmax_concurrency_per_instance: 2\n';
    const nested = `type: model\nsettings:\n${settings.replace(/^/gm, '  ')}\n`;
    const expected = {
      model: { referenceType: 'Id', assetId: `${WS}/models/m/versions/1` },
      compute: `${WS}/computes/cpu`,
      outputAction: 'AppendRow',
      outputFileName: 'p.csv',
      errorThreshold: -1,
      retrySettings: { maxRetries: 3, timeout: 'PT5M' },
      loggingLevel: 'info',
      miniBatchSize: 5,
      maxConcurrencyPerInstance: 2,
      properties: {},
    };
    assert.deepEqual(body(`${batch}${nested}`).properties, expected);
    assert.deepEqual(body(`${batch}${settings}`).properties, expected);
  });

  it('instances of a batch deployment stand in one place', () => {
    assert.deepEqual(body(`${batch}type: model\nsettings: {instance_count: 2}\n`).properties.resources, {
      instanceCount: 2,
      properties: {},
    });
  });

  it('variables beside the settings of a batch deployment are kept', () => {
    const { properties } = body(
      `${batch}type: model\nenvironment_variables: {A: a}\nsettings: {environment_variables: {B: b}}\n`,
    );
    assert.deepEqual(properties.environmentVariables, { A: 'a', B: 'b' });
  });

  it('a batch deployment of a pipeline component', () => {
    const plan = folder.compile({
      'file.yml':
        'name: main\nendpoint_name: batch\ntype: pipeline\ncomponent: azureml:pipe:1\nsettings: {continue_on_step_failure: false, default_compute: azureml:cpu}\n',
    });
    assert.deepEqual(bodyOf(plan).properties.deploymentConfiguration, {
      deploymentConfigurationType: 'PipelineComponent',
      componentId: { referenceType: 'Id', assetId: `${WS}/components/pipe/versions/1` },
      settings: { continue_on_step_failure: 'False', default_compute: 'cpu' },
    });
  });
});
