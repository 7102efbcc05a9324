import * as field from './fields.ts';
import { jobOutput } from './job.ts';

/** Steps that run other steps again or not at all (azure-ai-ml `control_flow_job.py`, `condition_node.py`). */
export const doWhile = field.object(
  {
    type: field.choice('do_while'),
    body: field.text,
    condition: field.text,
    mapping: field.mapOf(field.either(field.text, field.listOf(field.text))),
    limits: field.object({ max_iteration_count: field.integer }, { required: ['max_iteration_count'] }),
  },
  { required: ['body', 'mapping', 'limits'] },
);

export const parallelFor = field.object(
  {
    type: field.choice('parallel_for'),
    body: field.text,
    items: field.either(field.text, field.listOf(field.mapOf(field.any)), field.mapOf(field.mapOf(field.any))),
    max_concurrency: field.integer,
    outputs: field.mapOf(jobOutput),
  },
  { required: ['body', 'items'] },
);

export const ifElse = field.object(
  {
    type: field.choice('if_else'),
    condition: field.either(field.text, field.boolean),
    true_block: field.either(field.text, field.listOf(field.text)),
    false_block: field.either(field.text, field.listOf(field.text)),
  },
  { required: ['condition'] },
);
