import { everyComponent } from './component.ts';
import type { ObjectField } from './fields.ts';
import * as field from './fields.ts';
import { everyStep, identity, jobInput, jobOutput } from './job.ts';

const copyMode = field.choice('merge_with_overwrite', 'fail_if_conflict');

/** A place outside Azure ML, behind a connection of the workspace (azure-ai-ml `input_output_entry.py`). */
const external = field.tagged('type', {
  database: field.object(
    {
      type: field.text,
      connection: field.text,
      query: field.text,
      table_name: field.text,
      stored_procedure: field.text,
      stored_procedure_params: field.listOf(
        field.object(
          { name: field.text, value: field.text, type: field.text },
          { required: ['name', 'value', 'type'] },
        ),
      ),
    },
    { required: ['connection'] },
  ),
  file_system: field.object(
    { type: field.text, connection: field.text, path: field.text },
    { required: ['connection'] },
  ),
});

/** `dataTransferCopyComponent.schema.json` and its siblings. */
export const dataTransferComponent: ObjectField = field.object(
  {
    ...everyComponent,
    task: field.choice('copy_data', 'import_data', 'export_data'),
    data_copy_mode: copyMode,
  },
  { required: ['task'], open: true },
);

const transferStep = { ...everyStep, identity, component: field.text };

export const copyStep: ObjectField = field.object(
  {
    ...transferStep,
    task: field.choice('copy_data'),
    data_copy_mode: copyMode,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
  },
  { required: ['task'], open: true },
);

export const importStep: ObjectField = field.object(
  { ...transferStep, task: field.choice('import_data'), source: external, outputs: field.object({ sink: jobOutput }) },
  { required: ['task', 'source'], open: true },
);

export const exportStep: ObjectField = field.object(
  {
    ...transferStep,
    task: field.choice('export_data'),
    sink: external,
    inputs: field.object({ source: jobInput }, { required: ['source'] }),
  },
  { required: ['task', 'sink', 'inputs'], open: true },
);
