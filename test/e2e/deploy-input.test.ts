import assert from 'node:assert/strict';
import { type Run, task, useFixture, writes } from './fixture.ts';

const ONLINE = {
  endpointFile: 'serving/endpoint.yml',
  deploymentFile: 'serving/deployment.yml',
  smokeTests: 'serving/smoke.yml',
  bakeMinutes: '0',
};
const BATCH = { endpointType: 'batch', endpointFile: 'batch/endpoint.yml', deploymentFile: 'batch/pipeline.yml' };

/** What is wrong, the inputs, and what the step says. */
const WRONG: [what: string, inputs: Record<string, string>, error: RegExp][] = [
  [
    'an endpoint that does not exist, to be rolled back',
    { mode: 'rollback', endpointName: 'nobody' },
    /There is no online endpoint 'nobody' in the workspace 'sandbox-ws'\..*\[EndpointNotFound\]/,
  ],
  [
    'a batch endpoint that does not exist, to be rolled back',
    { mode: 'rollback', endpointName: 'nobody', endpointType: 'batch' },
    /There is no batch endpoint 'nobody'.*\[EndpointNotFound\]/,
  ],
  ['a model that does not exist', { ...ONLINE, model: 'ghost:7' }, /the model 'ghost', which is not in the workspace/],
  [
    'a model that this run did not register',
    { ...ONLINE, model: 'ghost@registered' },
    /did not register a version of the model 'ghost'.*\[ModelNotRegistered\]/,
  ],
  [
    'problems in the file of smoke tests',
    { ...ONLINE, smokeTests: 'serving/wrong/smoke.yml' },
    /smoke\.yml\(2,3\).*Did you mean 'request'\?[\s\S]*has 3 problems/,
  ],
  ['golden data that is not JSON', { ...ONLINE, goldenData: 'serving/wrong/golden.jsonl' }, /golden\.jsonl\(2,1\)/],
  [
    'steps that do not rise',
    { ...ONLINE, trafficSteps: '50,20' },
    /'50,20' must rise from step to step and end at 100/,
  ],
  [
    'a file of smoke tests that is not there',
    { ...ONLINE, smokeTests: 'serving/none.yml' },
    /The input smokeTests is not valid: There is no file 'serving\/none\.yml'.*\[FileNotFound\]/,
  ],
  [
    'golden data that is not there',
    { ...ONLINE, goldenData: 'serving/none.jsonl' },
    /The input goldenData is not valid: The file 'serving\/none\.jsonl' can't be read: it does not exist\..*\[FileNotFound\]/,
  ],
  [
    'a deployment file that is a folder',
    { ...ONLINE, deploymentFile: 'serving' },
    /The input deploymentFile is not valid: .*it is a folder.*\[FileNotReadable\]/,
  ],
  [
    'steps without commas',
    { ...ONLINE, trafficSteps: '0 10 100' },
    /'0 10 100' is not a list of whole numbers with commas between them/,
  ],
  [
    'steps in the wrong direction',
    { ...ONLINE, strategy: 'canary', from: '50', to: '10' },
    /The input from is 50, which is more than the input to, 10\./,
  ],
  ['a step that is not one', { ...ONLINE, to: '30' }, /The input to is 30, which is not one of the steps 0, 100\./],
  [
    'the name of an endpoint',
    { ...ONLINE, endpointName: 'Bad_Name!' },
    /'name' is 'Bad_Name!'; a name must consist of/,
  ],
  [
    'a health rule over what is not measured',
    { ...ONLINE, healthRules: 'candidate.errors < 1' },
    /'candidate\.errors' is not measured; candidate has 'requests'/,
  ],
  ['a health rule that is not CEL', { ...ONLINE, healthRules: 'candidate.p95 < 100 ms' }, /for example candidate\.p95/],
  [
    'health rules without requests to measure by',
    { ...ONLINE, smokeTests: '', healthRules: 'candidate.p95 < 100' },
    /The input healthRules has rules, but there are no requests to measure by.*\[InputInvalid\]/,
  ],
  [
    'smoke tests of a batch endpoint',
    { ...BATCH, smokeTests: 'serving/smoke.yml' },
    /healthRules are for online endpoints/,
  ],
  ['minutes', { ...ONLINE, bakeMinutes: 'long' }, /The input bakeMinutes is not valid: 'long'/],
  [
    'a deployment file that is none',
    { ...ONLINE, deploymentFile: 'serving/endpoint.yml' },
    /which is of the kind online endpoint, not online deployment\./,
  ],
  [
    'a batch deployment for an online endpoint',
    { ...ONLINE, deploymentFile: 'batch/pipeline.yml' },
    /which is of the kind batch deployment, not online deployment\./,
  ],
  ['a canary of a batch endpoint', { ...BATCH, strategy: 'canary' }, /The input strategy is canary, but the default/],
  [
    'inputs of a trial that the component does not have',
    { ...BATCH, trialInputs: 'lines=3' },
    /The input trialInputs is not valid: .*does not have an input 'lines'.*\[InputValuesInvalid\]/,
  ],
  [
    'data of a trial that does not exist',
    { ...BATCH, deploymentFile: 'batch/model.yml', trialInputs: 'customers=uri_folder:azureml:ghost:3' },
    /ghost/,
  ],
  ['the instances of a batch deployment', { ...BATCH, instanceCount: '2' }, /instanceCount are for online endpoints/],
  ['mirrored requests of a batch endpoint', { ...BATCH, mirrorPercent: '10' }, /are for online endpoints/],
  [
    'the version of a model that is not registered as the name',
    { ...ONLINE, deploymentName: 'version' },
    /does not have a registered model.*\[DeploymentNameUnknown\]/,
  ],
];

describe('wrong inputs of a deployment', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const fails = async (inputs: Record<string, string>): Promise<Run> => {
    const run = await fixture.run([task('AzureMLDeployModel', 'deploy', inputs)]);
    assert.equal(run.result, 'failed', run.log);
    assert.doesNotMatch(run.log, /\n\s+at .*:\d+:\d+\)?$/m, 'no stack');
    return run;
  };

  for (const [what, inputs, error] of WRONG)
    it(`are reported before anything is changed: ${what}`, async () => {
      const run = await fails(inputs);
      assert.match(run.log, error);
      assert.deepEqual(writes(run.requests), []);
    });

  it('say which right is missing to read the endpoint’s key, and give nobody’s requests away', async () => {
    fixture.sandbox.faults.add({ match: 'listKeys', kind: 'status', status: 403 });
    const run = await fails(ONLINE);
    assert.match(
      run.log,
      /The service connection may not do this.*Give its application the role AzureML Data Scientist/,
    );
    assert.equal(run.step('deploy').outputs.traffic, 'none');
    assert.ok(!writes(run.requests).some((one) => /^PUT .*\/deployments\//.test(one)), 'no deployment was made');
  });

  it('say that there is no quota, and what to do', async () => {
    const end = fixture.sandbox.online.misbehave({ kind: 'quota' });
    const run = await fails({ ...ONLINE, deploymentName: 'green', overrides: 'environment_variables.BEHAVIOUR=more' });
    end();
    assert.match(run.log, /does not have enough quota.*strategy to recreate.*\[DeploymentFailed\]/);
  });
});
