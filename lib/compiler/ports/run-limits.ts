import { EXPERIMENT_NAME, JOB_NAME, validName } from '../../azureml/names.ts';
import type { Place, Problem } from '../../core/errors.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Limits of a run, in characters and entries (learn.microsoft.com: "Manage and increase quotas", metrics and runs). */
const TEXTS: readonly [field: string, most: number][] = [
  ['display_name', 256],
  ['description', 5_000],
];
const MOST_ENTRIES = 50;
const LONGEST_NAME = 100;
const LONGEST_VALUE = 1_000;

/** The name that a file gives its job, where it is not one that the service takes. */
export function checkJobName(name: string, place: Place | undefined, problems: Problem[]): void {
  if (JOB_NAME.form.test(name)) return;
  problems.push({ message: `'name' is '${name}', but ${JOB_NAME.rule}.`, ...(place ? { place } : {}) });
}

/**
 * The experiment of a file that does not name one: the name of its folder, as Azure ML's tools have it (without spaces)
 * where the service takes that, else with hyphens in place of other characters.
 */
export function experimentOfFolder(folder: string): string {
  const plain = folder.replaceAll(' ', '');
  return EXPERIMENT_NAME.form.test(plain) ? plain : validName(folder);
}

/**
 * What the service refuses or cuts off in what a job says about itself, before anything is uploaded.
 * @param added names of the tags and properties that the task adds, which count as well
 */
export function checkRunLimits(
  root: YamlNode,
  added: Readonly<Record<'tags' | 'properties', readonly string[]>>,
  problems: Problem[],
): void {
  const experiment = get(root, 'experiment_name');
  const name = textOf(experiment);
  if (name && !EXPERIMENT_NAME.form.test(name))
    problems.push({
      message: `'experiment_name' is '${name}', but ${EXPERIMENT_NAME.rule}.`,
      place: experiment!.place,
    });
  for (const [field, most] of TEXTS) {
    const node = get(root, field);
    const { length } = textOf(node) ?? '';
    if (length > most) problems.push({ message: tooLong(`'${field}'`, most, length), place: node!.place });
  }
  for (const field of ['tags', 'properties'] as const) checkEntries(get(root, field), field, added[field], problems);
}

function checkEntries(node: YamlNode | undefined, field: string, added: readonly string[], problems: Problem[]): void {
  const entries = entriesOf(node).filter(([, value]) => !isNull(value));
  const more = added.filter((name) => !entries.some(([own]) => own === name)).length;
  if (node && entries.length > 0 && entries.length + more > MOST_ENTRIES)
    problems.push({
      message: `'${field}' can have at most ${MOST_ENTRIES} entries, but has ${entries.length}${more > 0 ? ` and ${more} that the task adds` : ''}.`,
      place: node.place,
    });
  for (const [name, value, keyPlace] of entries) {
    const { length } = textOf(value) ?? '';
    if (name.length > LONGEST_NAME)
      problems.push({ message: tooLong(`A name in '${field}'`, LONGEST_NAME, name.length), place: keyPlace });
    else if (length > LONGEST_VALUE)
      problems.push({ message: tooLong(`'${field}.${name}'`, LONGEST_VALUE, length), place: value.place });
  }
}

function tooLong(what: string, most: number, length: number): string {
  return `${what} can have at most ${most} characters, but has ${length}.`;
}
