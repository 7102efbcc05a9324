import { any, boolean, choice, either, integer, listOf, mapOf, object, text } from './fields.ts';
import { jobOutput } from './job.ts';

/** Steps that run other steps again or not at all (azure-ai-ml `control_flow_job.py`, `condition_node.py`). */
export const doWhile = object(
  {
    type: choice('do_while'),
    body: text,
    condition: text,
    mapping: mapOf(either(text, listOf(text))),
    limits: object({ max_iteration_count: integer }, { required: ['max_iteration_count'] }),
  },
  { required: ['body', 'mapping', 'limits'] },
);

export const parallelFor = object(
  {
    type: choice('parallel_for'),
    body: text,
    items: either(text, listOf(mapOf(any)), mapOf(mapOf(any))),
    max_concurrency: integer,
    outputs: mapOf(jobOutput),
  },
  { required: ['body', 'items'] },
);

export const ifElse = object(
  {
    type: choice('if_else'),
    condition: either(text, boolean),
    true_block: either(text, listOf(text)),
    false_block: either(text, listOf(text)),
  },
  { required: ['condition'] },
);
