import type { Job } from '../azureml/jobs.ts';

type Steps = NonNullable<Job['properties']['jobs']>;

/** An output of a job, or of one of its steps. */
export interface MadeOutput {
  /** Key of the step; empty for an output of the job itself. */
  step: string;
  /** Name of the output; undefined for what the step logged. */
  output: string | undefined;
}

/**
 * The steps of a pipeline that an output went through, by their keys: the one that made it, and those that
 * read it, directly or by way of other steps. A job says it in the bindings of its steps, `${{parent.jobs.train.outputs.model}}`
 * (recorded). Empty for steps of a pipeline inside the pipeline, which the job does not say.
 */
export function stepsAround({ properties: { jobs } }: Pick<Job, 'properties'>, made: MadeOutput): Set<string> {
  const steps = jobs ?? {};
  const origins = made.step === '' ? boundTo(steps, made.output) : Object.hasOwn(steps, made.step) ? [made] : [];
  const readers = new Set<string>();
  const carries = ({ step, output }: StepOutput): boolean =>
    readers.has(step) ||
    origins.some((one) => one.step === step && (one.output === undefined || one.output === output));
  for (let before = -1; before < readers.size; ) {
    before = readers.size;
    for (const [key, { inputs }] of Object.entries(steps)) if (bindings(inputs).some(carries)) readers.add(key);
  }
  return new Set([...origins.map(({ step }) => step), ...readers]);
}

/** Key of the one step that an output of the pipeline is bound to; undefined when there is none, or more than one. */
export function boundStep({ properties: { jobs } }: Pick<Job, 'properties'>, output: string): string | undefined {
  const found = boundTo(jobs ?? {}, output || undefined);
  return found.length === 1 ? found[0]!.step : undefined;
}

/** An output of a step, by the step's key; without a name any of them. */
interface StepOutput {
  step: string;
  output: string | undefined;
}

/** The outputs of steps that an output of the pipeline is bound to. */
function boundTo(steps: Steps, output: string | undefined): StepOutput[] {
  if (output === undefined) return [];
  return Object.entries(steps).flatMap(([step, { outputs }]) =>
    Object.entries(outputs ?? {})
      .filter(([, value]) => textOf(value).includes(`parent.outputs.${output}}}`))
      .map(([name]) => ({ step, output: name })),
  );
}

/** What the inputs of a step read of other steps. */
function bindings(inputs: unknown): StepOutput[] {
  const all = textOf(inputs).matchAll(/parent\.jobs\.([\w-]+)\.outputs\.([\w-]+)\}\}/g);
  return [...all].map(([, step, output]) => ({ step: step!, output: output! }));
}

function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? '').replaceAll(' ', '');
}
