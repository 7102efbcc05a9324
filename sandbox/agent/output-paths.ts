/**
 * Finds `dependencies` and `stageDependencies` paths that lead nowhere. The service evaluates them to an empty value
 * without a word, so the stage is skipped, or the variable is empty; here the run says so before it starts.
 */
import { type Expression, parseExpression } from './expression/parse.ts';
import { tryText } from './expression/values.ts';
import { dependenciesOf } from './graph.ts';
import { runtime } from './run-scope.ts';
import type { Job, Pipeline, Stage } from './yaml/model.ts';
import { type Place, placeText } from './yaml/nodes.ts';

/** The parts of a path such as `dependencies.A.outputs['x']`, the name first; undefined when a part isn't constant. */
function pathOf(node: Expression): string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'index' || node.key === '*' || node.key.kind !== 'literal') return undefined;
  const above = pathOf(node.target);
  const key = tryText(node.key.value);
  return above && key !== undefined ? [...above, key] : undefined;
}

/** The longest paths in an expression. */
function pathsIn(node: Expression): string[][] {
  const path = pathOf(node);
  if (path) return [path];
  if (node.kind === 'call') return node.parameters.flatMap(pathsIn);
  if (node.kind !== 'index') return [];
  return [...pathsIn(node.target), ...(node.key === '*' ? [] : pathsIn(node.key))];
}

const same = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();
const find = <T extends { name: string }>(all: readonly T[], name: string | undefined): T | undefined =>
  all.find((one) => same(one.name, name));
const list = (names: readonly string[]): string => names.join(', ') || 'none';

/** `outputs['x']`, as far as the path says it. */
const outputOf = (rest: string[]): string =>
  same('outputs', rest[0]) ? (rest[1] ?? '<step>.<variable>') : '<step>.<variable>';

/** The prefix of a job's outputs before the step's name: a deployment's own name, a copy's name. */
function outputPrefixes({ name, deployment, strategy }: Job): string[] | undefined {
  if (deployment) return [name];
  if (!strategy) return [''];
  return strategy.kind === 'matrix' ? strategy.legs.map((leg) => leg.name) : undefined;
}

/** What is wrong with `step.variable`, or `prefix.step.variable`, as an output of the job. */
function outputProblem(job: Job, key: string | undefined): string | undefined {
  const prefixes = outputPrefixes(job);
  if (key === undefined || !prefixes) return undefined;
  const prefix = prefixes.find((one) => one === '' || key.toLowerCase().startsWith(`${one.toLowerCase()}.`));
  const form = prefixes[0] === '' ? '<step>.<variable>' : `${prefixes[0]}.<step>.<variable>`;
  if (prefix === undefined)
    return `the outputs of ${job.deployment ? 'deployment job' : 'job'} ${job.name} are named ${form}`;
  const step = (prefix === '' ? key : key.slice(prefix.length + 1)).split('.')[0]!;
  if (find(job.steps, step)) return undefined;
  return `job ${job.name} has no step named '${step}'. Its steps: ${list(job.steps.map(({ name }) => name))}; outputs are named ${form}`;
}

/** A path on a stage: `dependencies.<stage>.outputs['<job>.<step>.<variable>']`; `stageDependencies` means the same. */
function stageProblem(pipeline: Pipeline, stage: Stage, path: string[]): string | undefined {
  const [, name, ...rest] = path;
  if (name === undefined) return undefined;
  const other = find(pipeline.stages, name);
  if (!other) return `there is no stage '${name}'. Stages: ${list(pipeline.stages.map((one) => one.name))}`;
  if (!dependenciesOf(stage, pipeline.stages, true).some((dependency) => same(dependency, name)))
    return `stage ${stage.name} doesn't depend on stage ${other.name} directly. Add it to dependsOn`;
  const job = find(other.jobs, rest[0]);
  if (job) {
    const right = same('result', rest[1])
      ? `dependencies.${other.name}.result`
      : `dependencies.${other.name}.outputs['${job.name}.${outputOf(rest.slice(1))}']`;
    return `that is the path in a job. On a stage it is ${right}`;
  }
  if (!same('outputs', rest[0]) || rest[1] === undefined) return undefined;
  const [jobName, ...output] = rest[1].split('.');
  const from = find(other.jobs, jobName);
  if (from) return outputProblem(from, output.join('.'));
  return `stage ${other.name} has no job '${jobName}'. On a stage, outputs are named <job>.<step>.<variable>`;
}

/** A path in a job: `dependencies.<job>...`, or `stageDependencies.<stage>.<job>...`. */
function jobProblem(pipeline: Pipeline, stage: Stage, job: Job, path: string[]): string | undefined {
  const [root, name, ...rest] = path;
  if (name === undefined) return undefined;
  if (same('dependencies', root)) {
    const other = find(stage.jobs, name);
    if (!other) {
      const right =
        find(pipeline.stages, name) &&
        `. Outputs of another stage are stageDependencies.${name}.<job>.outputs['<step>.<variable>']`;
      return `stage ${stage.name} has no job '${name}'${right ?? ''}`;
    }
    if (!dependenciesOf(job, stage.jobs, false).some((dependency) => same(dependency, name)))
      return `job ${job.name} doesn't depend on job ${other.name}. Add it to dependsOn`;
    return same('outputs', rest[0]) ? outputProblem(other, rest[1]) : undefined;
  }
  const other = find(pipeline.stages, name);
  if (!other) return `there is no stage '${name}'. Stages: ${list(pipeline.stages.map((one) => one.name))}`;
  if (!dependenciesOf(stage, pipeline.stages, true).some((dependency) => same(dependency, name)))
    return `stage ${stage.name} doesn't depend on stage ${other.name} directly. Add it to the stage's dependsOn`;
  if (rest[0] === undefined) return undefined;
  const from = find(other.jobs, rest[0]);
  if (from) return same('outputs', rest[1]) ? outputProblem(from, rest[2]) : undefined;
  if (!same('outputs', rest[0]))
    return `stage ${other.name} has no job '${rest[0]}'. Jobs: ${list(other.jobs.map((one) => one.name))}`;
  const [jobName, ...output] = (rest[1] ?? '<job>.<step>.<variable>').split('.');
  return `that is the path on a stage. In a job it is stageDependencies.${other.name}.${jobName}.outputs['${output.join('.')}']`;
}

type Problem = (path: string[]) => string | undefined;

function warningsOf(expression: string | undefined, at: Place, problemOf: Problem, what: string): string[] {
  if (expression === undefined) return [];
  const paths = pathsIn(parseExpression(expression)).filter(
    ([root]) => same('dependencies', root) || same('stageDependencies', root),
  );
  return paths.flatMap((path) => {
    const problem = problemOf(path);
    return problem ? [`${placeText(at)}: ${textOf(path)} is always empty in ${what}: ${problem}.`] : [];
  });
}

const textOf = ([root, ...rest]: string[]): string =>
  `${root}${rest.map((part) => (/^\w+$/.test(part) ? `.${part}` : `['${part}']`)).join('')}`;

function warningsOfVariables({ variables }: Stage | Job, problemOf: Problem): string[] {
  return variables.flatMap(({ name, value, at }) => {
    try {
      return warningsOf(runtime.exec(value)?.[1], at, problemOf, `the variable '${name}'`);
    } catch {
      // Not an expression: evaluating it says so.
      return [];
    }
  });
}

/** A warning for each path in conditions and `$[ ]` variables of stages and jobs that can't have a value. */
export function outputPathWarnings(pipeline: Pipeline): string[] {
  return pipeline.stages.flatMap((stage) => [
    ...warningsOf(
      stage.condition,
      stage.conditionAt,
      (path) => stageProblem(pipeline, stage, path),
      'the condition of a stage',
    ),
    ...stage.jobs.flatMap((job) => {
      const problemOf = (path: string[]) => jobProblem(pipeline, stage, job, path);
      return [
        // A stage's variables are evaluated in its jobs.
        ...warningsOfVariables(stage, problemOf),
        ...warningsOf(job.condition, job.conditionAt, problemOf, 'the condition of a job'),
        ...warningsOfVariables(job, problemOf),
      ];
    }),
  ]);
}
