import { everyComponent } from './component.ts';
import { choice, listOf, mapOf, type ObjectField, object, tagged, text } from './fields.ts';
import { everyStep, identity, jobInput, jobOutput } from './job.ts';

const copyMode = choice('merge_with_overwrite', 'fail_if_conflict');

/** A place outside Azure ML, behind a connection of the workspace (azure-ai-ml `input_output_entry.py`). */
const external = tagged('type', {
  database: object(
    {
      type: text,
      connection: text,
      query: text,
      table_name: text,
      stored_procedure: text,
      stored_procedure_params: listOf(
        object({ name: text, value: text, type: text }, { required: ['name', 'value', 'type'] }),
      ),
    },
    { required: ['connection'] },
  ),
  file_system: object({ type: text, connection: text, path: text }, { required: ['connection'] }),
});

/** `dataTransferCopyComponent.schema.json` and its siblings. */
export const dataTransferComponent: ObjectField = object(
  {
    ...everyComponent,
    task: choice('copy_data', 'import_data', 'export_data'),
    data_copy_mode: copyMode,
  },
  { required: ['task'], open: true },
);

const transferStep = { ...everyStep, identity, component: text };

export const copyStep: ObjectField = object(
  {
    ...transferStep,
    task: choice('copy_data'),
    data_copy_mode: copyMode,
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
  },
  { required: ['task'], open: true },
);

export const importStep: ObjectField = object(
  { ...transferStep, task: choice('import_data'), source: external, outputs: object({ sink: jobOutput }) },
  { required: ['task', 'source'], open: true },
);

export const exportStep: ObjectField = object(
  {
    ...transferStep,
    task: choice('export_data'),
    sink: external,
    inputs: object({ source: jobInput }, { required: ['source'] }),
  },
  { required: ['task', 'sink', 'inputs'], open: true },
);
