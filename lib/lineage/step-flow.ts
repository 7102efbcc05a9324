import type { Job } from '../azureml/jobs.ts';

type Steps = NonNullable<Job['properties']['jobs']>;

/** An output of a job, or of one of its steps. */
export interface MadeOutput {
  /** Display name or key of the step; empty for an output of the job itself. */
  step: string;
  /** Name of the output; undefined for what the step logged. */
  output: string | undefined;
}

/**
 * The steps of a pipeline that an output went through, by their display names and keys: the one that made it, and those that
 * read it, directly or by way of other steps. A job says it in the bindings of its steps, `${{parent.jobs.train.outputs.model}}`
 * (recorded). Empty for steps of a pipeline inside the pipeline, which the job does not say. A name that a step elsewhere has
 * too is left out: it does not say which of them is meant.
 */
export function stepsAround({ properties: { jobs } }: Pick<Job, 'properties'>, made: MadeOutput): Set<string> {
  const steps = jobs ?? {};
  const origins = made.step === '' ? boundTo(steps, made.output) : ofStep(steps, made);
  const readers = new Set<string>();
  const carries = ({ step, output }: StepOutput): boolean =>
    readers.has(step) ||
    origins.some((one) => one.step === step && (one.output === undefined || one.output === output));
  for (let before = -1; before < readers.size; ) {
    before = readers.size;
    for (const [key, { inputs }] of Object.entries(steps)) if (bindings(inputs).some(carries)) readers.add(key);
  }
  const around = new Set([...origins.map(({ step }) => step), ...readers]);
  const names = (keys: Iterable<string>): Set<string> =>
    new Set([...keys].flatMap((key) => labelsOf(key, steps)).map((label) => label.toLowerCase()));
  const elsewhere = names(Object.keys(steps).filter((key) => !around.has(key)));
  return new Set([...names(around)].filter((name) => !elsewhere.has(name)));
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

function ofStep(steps: Steps, { step, output }: MadeOutput): StepOutput[] {
  const found = Object.keys(steps).filter((key) =>
    labelsOf(key, steps).some((label) => label.toLowerCase() === step.toLowerCase()),
  );
  // Two steps of one name: nobody knows which of them it is.
  return found.length === 1 ? [{ step: found[0]!, output }] : [];
}

/** What the inputs of a step read of other steps. */
function bindings(inputs: unknown): StepOutput[] {
  const all = textOf(inputs).matchAll(/parent\.jobs\.([\w-]+)\.outputs\.([\w-]+)\}\}/g);
  return [...all].map(([, step, output]) => ({ step: step!, output: output! }));
}

function labelsOf(key: string, steps: Steps): string[] {
  const label = steps[key]?.display_name;
  return label ? [key, label] : [key];
}

function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? '').replaceAll(' ', '');
}
