import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseComponentReference } from '../../../lib/azureml/components.ts';
import { inputOverrides } from '../../../lib/compiler/input-values.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { planInvocation } from '../../../lib/start/batch-invocation.ts';
import { bindInputs } from '../../../lib/start/bind-inputs.ts';
import { planComponentJob } from '../../../lib/start/component-job.ts';
import { parsePublishedPipeline, planPipelineRun } from '../../../lib/start/published-pipeline.ts';

const WS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

/** All that is wrong, in one string. */
function problemsOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return [error.code, error.message, ...error.problems.map(({ message }) => message)].join('\n');
  }
  throw new Error('no error');
}

describe('references to components', () => {
  it('are read in every form', () => {
    assert.deepEqual(parseComponentReference('train:3'), { name: 'train', version: '3' });
    assert.deepEqual(parseComponentReference('azureml:train:3'), { name: 'train', version: '3' });
    assert.deepEqual(parseComponentReference('train@latest'), { name: 'train' });
    assert.deepEqual(parseComponentReference(`${WS}/components/train/versions/3`), { name: 'train', version: '3' });
    assert.deepEqual(parseComponentReference('azureml://registries/r/components/train/versions/3'), {
      registry: 'r',
      name: 'train',
      version: '3',
    });
    assert.deepEqual(parseComponentReference('azureml://registries/r/components/train/labels/latest'), {
      registry: 'r',
      name: 'train',
    });
  });

  it('need a version', () => {
    for (const written of ['train', 'train@best', './train.yml', 'azureml://registries/r/components/train'])
      assert.match(
        problemsOf(() => parseComponentReference(written)),
        /InputInvalid\n.*not a reference to a version/,
      );
  });
});

describe('values of inputs', () => {
  const bind = (given: Record<string, string>, declared?: Parameters<typeof bindInputs>[1]) =>
    bindInputs(given, declared, "component 'c:1'", WS);

  it('are parameters or data, as declared', () => {
    const { inputs, requirements } = bind(
      { site: 'https://example.org', rows: 'azureml:iris@latest', model: 'azureml:m:2', all: '/subscriptions/x' },
      {
        site: { type: 'string' },
        rows: { type: 'mltable' },
        model: { type: 'mlflow_model' },
        all: { type: 'path' },
        rate: { type: 'number', default: '1' },
        note: { type: 'string', optional: 'True' },
      },
    );
    assert.deepEqual(Object.fromEntries(inputs), {
      site: { kind: 'literal', value: 'https://example.org' },
      rows: { kind: 'data', type: 'mltable', uri: `${WS}/data/iris/versions/@latest` },
      model: { kind: 'data', type: 'mlflow_model', uri: `${WS}/models/m/versions/2` },
      all: { kind: 'data', type: 'uri_folder', uri: '/subscriptions/x' },
    });
    assert.deepEqual(
      requirements.map(({ kind, name, version }) => [kind, name, version]),
      [
        ['data', 'iris', '@latest'],
        ['models', 'm', '2'],
      ],
    );
  });

  it('are told apart by their look when nothing is declared', () => {
    const { inputs } = bind({
      folder: 'azureml://datastores/d/paths/p',
      file: 'uri_file:https://example.org/x.csv',
      rate: '0.1',
    });
    assert.deepEqual(Object.fromEntries(inputs), {
      folder: { kind: 'data', type: 'uri_folder', uri: 'azureml://datastores/d/paths/p' },
      file: { kind: 'data', type: 'uri_file', uri: 'https://example.org/x.csv' },
      rate: { kind: 'literal', value: '0.1' },
    });
  });

  it('that do not fit are told, each with its reason', () => {
    const text = problemsOf(() =>
      bind(
        {
          rat: '1',
          steps: '1.5',
          fast: 'yes',
          kind: 'c',
          rows: 'rows.csv',
          folder: 'uri_file:https://example.org',
          empty: '',
        },
        {
          rate: { type: 'number' },
          steps: { type: 'integer' },
          fast: { type: 'boolean' },
          kind: { type: 'string', enum: ['a', 'b'] },
          rows: { type: 'uri_file' },
          folder: { type: 'uri_folder' },
          empty: { type: 'string' },
        },
      ),
    );
    for (const expected of [
      /InputValuesInvalid\nThe values of the inputs have 8 problems\./,
      /The component 'c:1' does not have an input 'rat'\. Did you mean 'rate'\?/,
      /The input 'rate' \(number\) of the component 'c:1' has no value\./,
      /'steps' is '1\.5', but it must be a whole number\./,
      /'fast' is 'yes', but it must be true or false\./,
      /'kind' is 'c'; allowed are 'a' or 'b'\./,
      /'rows' is of type uri_file, so 'rows\.csv' must be a reference/,
      /'folder' is of type uri_folder, but 'uri_file:https:\/\/example\.org' says uri_file\./,
      /'empty' is empty; remove its line/,
    ])
      assert.match(text, expected);
  });
});

describe('values of a job file’s inputs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inputs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const pathsOf = (job: string, values: Record<string, string>): string[] => {
    const file = join(folder, 'job.yml');
    writeFileSync(file, job);
    return inputOverrides(values, { file, shownFrom: folder, overrides: [] }).map(({ path }) => path.join('.'));
  };

  it('go where the input has its value', () => {
    const job =
      'inputs:\n  a: 1\n  b: {type: uri_file, path: x}\n  c: {type: number, value: 1}\n  d: {type: mltable}\n  e:\n';
    assert.deepEqual(pathsOf(job, { a: '2', b: 'y', c: '2', d: 'z', e: '1' }), [
      'inputs.a',
      'inputs.b.path',
      'inputs.c.value',
      'inputs.d.path',
      'inputs.e',
    ]);
  });

  it('need an input, unless a component has it', () => {
    assert.match(
      problemsOf(() => pathsOf('inputs: {rate: 1}\n', { rat: '1' })),
      /does not have an input 'rat'\. Did you mean 'rate'\?/,
    );
    assert.match(
      problemsOf(() => pathsOf('command: x\n', { a: '1' })),
      /does not have an input 'a'\. It does not have any inputs\./,
    );
    assert.deepEqual(pathsOf('type: pipeline\ncomponent: ./c.yml\n', { a: '1' }), ['inputs.a']);
  });
});

describe('requests that start a job', () => {
  const component = {
    id: `${WS}/components/c/versions/1`,
    name: 'c',
    version: '1',
    spec: {
      type: 'pipeline',
      inputs: { rows: { type: 'uri_file' }, n: { type: 'integer', default: '1' } },
      outputs: { model: { type: 'mlflow_model' }, score: { type: 'number' } },
    },
  };

  it('of a component', () => {
    const plan = planComponentJob({
      workspace: WS,
      component,
      inputs: { rows: 'https://example.org/a.csv' },
      jobName: 'j-1',
      tags: { a: 'b' },
      provenance: { 'azureml.git.build_id': '7' },
      defaultCompute: 'azureml:cpu',
    });
    assert.equal(plan.main.path, `${WS}/jobs/j-1`);
    assert.equal(plan.main.mlToken, true);
    assert.deepEqual(plan.main.body, {
      properties: {
        jobType: 'Pipeline',
        displayName: 'j-1',
        experimentName: 'c',
        tags: { a: 'b' },
        properties: { 'azureml.git.build_id': '7' },
        componentId: component.id,
        inputs: { rows: { jobInputType: 'uri_file', uri: 'https://example.org/a.csv' } },
        outputs: { model: { jobOutputType: 'mlflow_model' } },
        settings: { default_compute: `${WS}/computes/cpu` },
        jobs: {},
      },
    });
    assert.deepEqual(plan.requirements, [{ kind: 'computes', name: 'cpu', version: '', field: 'defaultCompute' }]);
  });

  it('of a batch endpoint, with the same id for the same run', () => {
    const plan = (identity: string, scoringUri: string | null = 'https://e.example.org/jobs') =>
      planInvocation({
        workspace: WS,
        endpoint: { name: 'e', properties: { scoringUri } },
        deploymentName: 'd',
        component: undefined,
        inputs: { rows: 'mltable:azureml:iris:1', n: '2' },
        identity,
        experimentName: 'x',
      });
    const { request, requirements } = plan('train-1');
    assert.deepEqual(request.body, {
      properties: {
        inputData: {
          rows: { jobInputType: 'MLTable', uri: `${WS}/data/iris/versions/1` },
          n: { jobInputType: 'Literal', value: '2' },
        },
        properties: { experimentName: 'x' },
      },
    });
    assert.equal(request.audience, 'ml');
    assert.equal(requirements.length, 1);
    const idOf = (identity: string) => plan(identity).request.headers!['repeatability_request-id']!;
    assert.match(idOf('train-1'), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(idOf('train-1'), idOf('train-1'));
    assert.notEqual(idOf('train-1'), idOf('train-2'));
    assert.match(
      problemsOf(() => plan('x', null)),
      /EndpointNotReady/,
    );
  });

  it('of a published pipeline and of a pipeline endpoint', () => {
    const id = '0a1b2c3d-0000-4000-8000-00000000000f';
    const urlOf = (text: string) =>
      planPipelineRun(
        { apiUrl: 'https://api', path: WS },
        { pipeline: parsePublishedPipeline(text), experimentName: 'x', parameters: {}, tags: {} },
      ).url;
    assert.equal(urlOf(id), `https://api/pipelines/v1.0${WS}/PipelineRuns/PipelineSubmit/${id}`);
    assert.equal(
      urlOf(`endpoint:${id}`),
      `https://api/pipelines/v1.0${WS}/PipelineRuns/PipelineEndpointSubmit/Id/${id}`,
    );
    assert.match(
      problemsOf(() => parsePublishedPipeline('name')),
      /InputInvalid/,
    );
  });
});
