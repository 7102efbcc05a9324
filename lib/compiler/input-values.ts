import { type Problem, UserError } from '../core/errors.ts';
import { allOf, didYouMean } from '../core/words.ts';
import { applyOverrides, type Override } from './yaml/overrides.ts';
import { get, readYaml, textOf, type YamlNode } from './yaml/yaml.ts';

/** Types of inputs whose value is a path, not a parameter. */
const DATA_TYPE = /^(uri_file|uri_folder|mltable|(custom|mlflow|triton)_model)$/;

/**
 * Values for the inputs of a job file as overrides of it: `inputs.<name>.path` of an input that is data, `inputs.<name>.value`
 * of a mapping that is a parameter, else `inputs.<name>`.
 * @param overrides those that are applied before
 * @throws UserError `InputValuesInvalid` for names that the file does not have; a file that runs a `component` may leave them to it
 */
export function inputOverrides(
  values: Readonly<Record<string, string>>,
  { file, shownFrom, overrides }: { file: string; shownFrom: string; overrides: readonly Override[] },
): Override[] {
  const names = Object.keys(values);
  if (names.length === 0) return [];
  const job = readYaml(file, shownFrom);
  applyOverrides(job, overrides);
  const inputs = get(job.root, 'inputs');
  const known = inputs?.kind === 'map' ? [...inputs.entries.keys()] : [];
  const isOpen = get(job.root, 'component') !== undefined;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 && !isOpen) throw invalid(unknown, known);
  return names.map((name) => ({
    path: ['inputs', name, ...fieldOf(inputs && get(inputs, name))],
    value: values[name]!,
    line: `${name}=${values[name]!}`,
  }));
}

function fieldOf(input: YamlNode | undefined): string[] {
  if (input?.kind !== 'map') return [];
  const isData = get(input, 'path') !== undefined || DATA_TYPE.test(textOf(get(input, 'type')) ?? '');
  return [isData ? 'path' : 'value'];
}

function invalid(unknown: string[], known: string[]): UserError {
  const has = known.length > 0 ? ` It has ${allOf(known)}.` : ' It does not have any inputs.';
  const problems = unknown.map(
    (name): Problem => ({ message: `The job file does not have an input '${name}'.${didYouMean(name, known) || has}` }),
  );
  return new UserError({
    code: 'InputValuesInvalid',
    message:
      problems.length === 1 ? problems[0]!.message : `The values of the inputs have ${problems.length} problems.`,
    fix: 'Name inputs that the job file has. To add an input, use an override.',
    problems: problems.length === 1 ? [] : problems,
  });
}
