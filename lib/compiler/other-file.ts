import type { Problem } from '../core/errors.ts';
import { type FileKind, fileKindOf } from './file-kind.ts';
import { get, isNull, textOf, type YamlNode } from './yaml/yaml.ts';

/**
 * A file that describes something else than a job: one problem that says so, instead of many about missing fields.
 * Undefined for a job.
 */
export function otherThanJob(root: YamlNode): Problem | undefined {
  const kind = fileKindOf(root);
  const what = kind === 'job' ? foreignKind(root) : kind;
  if (what === undefined) return undefined;
  const name = WORDS[what] ?? `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
  const [, next] = INSTEAD.find(([pattern]) => pattern.test(what))!;
  return { message: `This file describes ${name}, not a job. ${next}`, place: root.place };
}

/** Files beside those of Azure ML in many repositories. */
type ForeignKind = 'conda environment' | 'pipeline of Azure Pipelines' | 'feature set';

function foreignKind(root: YamlNode): ForeignKind | undefined {
  const has = (name: string): boolean => !isNull(get(root, name));
  const isList = (name: string): boolean => get(root, name)?.kind === 'list';
  if (/^feature_?set$/i.test(textOf(get(root, 'type')) ?? '')) return 'feature set';
  if (['type', '$schema', 'command', 'component', 'trial', 'entry', 'task'].some(has)) return undefined;
  if (isList('dependencies')) return 'conda environment';
  return ['steps', 'stages', 'jobs'].some(isList) ? 'pipeline of Azure Pipelines' : undefined;
}

const WORDS: Partial<Record<FileKind | ForeignKind, string>> = {
  data: 'a data asset',
  'job schedule': 'a schedule',
  'monitor schedule': 'a monitor',
};

/** What to do with a file that is not a job, by its kind. */
const INSTEAD: readonly [pattern: RegExp, next: string][] = [
  [/^job schedule$/, "Name the file of the job, or create the schedule and run it with 'source: schedule'."],
  [/^component$/, "Use it in a step of a pipeline job, or register it and run it with 'source: component'."],
  [/^environment$/, "Name the file of the job, whose 'environment' can be 'file:' and the path of this file."],
  [/^conda environment$/, "Name the file of the job, whose 'environment' can have this file as its 'conda_file'."],
  [/^(?:data|model)$/, "Name the file of the job, whose 'inputs' can refer to it once it is created."],
  [
    /^batch (?:endpoint|deployment)$/,
    "Name the file of the job, or create it and run it with 'source: batchEndpoint'.",
  ],
  [/^/, 'Name the file of the job.'],
];
