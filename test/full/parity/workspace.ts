/** The assets that the job files of `test/fixtures/parity` refer to. */
import type { Sandbox } from '../../../sandbox/contracts.ts';
import { put, putInRegistry } from '../../e2e/workspace-seeds.ts';

const FOLDER = 'azureml://datastores/workspaceblobstore/paths/seed/';
const binding = (what: string): string => `$\{{${what}}}`;

const step = {
  name: 'trainer',
  type: 'command',
  command: `echo ${binding('inputs.rate')} > ${binding('outputs.model')}/m`,
  environment: 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
  inputs: { rate: { type: 'number', default: '0.1' } },
  outputs: { model: { type: 'mlflow_model' } },
};

/** Two versions of data, model and environment, components of the workspace and one of the registry. */
export async function seedParity(sandbox: Sandbox): Promise<void> {
  for (const version of ['1', '2']) {
    const uri = `${FOLDER}${version}/`;
    await put(sandbox, `data/rows/versions/${version}`, {
      properties: { dataType: 'uri_file', dataUri: `${uri}r.csv` },
    });
    await put(sandbox, `data/rows-folder/versions/${version}`, {
      properties: { dataType: 'uri_folder', dataUri: uri },
    });
    const modelUri = `https://example.org/models/${version}/`;
    await put(sandbox, `models/scorer/versions/${version}`, { properties: { modelType: 'custom_model', modelUri } });
    await put(sandbox, `environments/tools/versions/${version}`, {
      properties: { image: `docker.io/tools:${version}` },
    });
  }
  const trainer = await put(sandbox, 'components/trainer/versions/1', { properties: { componentSpec: step } });
  await put(sandbox, 'components/registered_flow/versions/1', {
    properties: {
      componentSpec: {
        name: 'registered_flow',
        type: 'pipeline',
        inputs: { word: { type: 'string', optional: true } },
        jobs: { train: { type: 'command', componentId: trainer.id } },
      },
    },
  });
  // The step that importing data becomes.
  await putInRegistry(sandbox, 'components/import_data_database/versions/0.0.1', {
    properties: {
      componentSpec: {
        name: 'import_data_database',
        type: 'data_transfer',
        task: 'import_data',
        source: { type: 'database' },
        outputs: { sink: { type: 'mltable' } },
      },
    },
  });
  await putInRegistry(sandbox, 'components/shared_step/versions/1', {
    properties: { componentSpec: { ...step, name: 'shared_step' } },
  });
}
