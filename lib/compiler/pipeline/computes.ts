import { allOf } from '../../core/words.ts';
import type { PlanBuilder } from '../builder.ts';
import { get, isNull, type YamlNode } from '../yaml/yaml.ts';

/** Types of steps that run on a compute which they or their pipeline name; a pipeline's steps are checked themselves. */
const NEEDS_COMPUTE = new Set(['command', 'sweep', 'parallel', 'automl', 'data_transfer']);

interface StepBody {
  type?: string;
  task?: unknown;
  computeId?: unknown;
  compute?: unknown;
  componentId?: unknown;
}

/**
 * Every step has a compute, or the pipeline one for all (azure-ai-ml `PipelineComponent._validate_compute_is_set`).
 * @param root of the pipeline job
 * @param jobs its steps as they are sent
 */
export function checkComputes(builder: PlanBuilder, root: YamlNode, jobs: Record<string, unknown>): void {
  if (!isNull(get(root, 'compute')) || !isNull(get(get(root, 'settings'), 'default_compute'))) return;
  const steps = withoutCompute(builder, jobs, '');
  if (steps.length === 0) return;
  const start = steps.length === 1 ? `The step ${allOf(steps)} does` : `The steps ${allOf(steps)} do`;
  builder.problems.push({
    message: `${start} not have a 'compute', and the pipeline does not have 'settings.default_compute'. Name a compute, for example azureml:cpu-cluster or serverless.`,
    place: (get(root, 'jobs') ?? get(root, 'component') ?? root).place,
  });
}

/** Names of steps, those of local pipeline components included: `prepare.clean`. */
function withoutCompute(builder: PlanBuilder, jobs: Record<string, unknown>, prefix: string): string[] {
  return Object.entries(jobs as Record<string, StepBody>).flatMap(([name, { type = '', ...body }]) => {
    if (type === 'pipeline') return withoutCompute(builder, jobsOf(builder, body.componentId), `${prefix}${name}.`);
    const isOutside = type === 'data_transfer' && body.task !== 'copy_data';
    return NEEDS_COMPUTE.has(type) && !isOutside && !body.computeId && !body.compute ? [prefix + name] : [];
  });
}

/** Steps of a pipeline component that the plan creates; none of one that is registered. */
export function jobsOf(builder: PlanBuilder, componentId: unknown): Record<string, unknown> {
  const step = builder.steps.find((one) => one.kind === 'component' && one.request.path === componentId);
  const body = step?.kind === 'component' ? step.request.body : undefined;
  const { properties } = (body ?? {}) as { properties?: { componentSpec?: { jobs?: Record<string, unknown> } } };
  return properties?.componentSpec?.jobs ?? {};
}
