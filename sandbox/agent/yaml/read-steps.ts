/** `steps:`; short forms become the task that they mean. */
import { checkoutOptions } from '../builtin/definitions.ts';
import type { Step } from './model.ts';
import { type Node, PipelineFileError, type Place } from './nodes.ts';
import { type Notes, warn } from './notes.ts';
import {
  readBoolean,
  readEntries,
  readFields,
  readList,
  readStringMap,
  readText,
  readTexts,
  readWholeNumber,
  unknownKey,
} from './read.ts';

const shared = [
  'name',
  'displayName',
  'condition',
  'continueOnError',
  'enabled',
  'env',
  'timeoutInMinutes',
  'retryCountOnTaskFailure',
  'target',
] as const;

interface ShortForm {
  task: string;
  /** Input that takes the value of the key itself. */
  input: string;
  /** Key in the file -> input. */
  inputs: Record<string, string>;
  fixed?: Record<string, string>;
}

const powershell: ShortForm = {
  task: 'PowerShell@2',
  input: 'script',
  inputs: {
    workingDirectory: 'workingDirectory',
    failOnStderr: 'failOnStderr',
    errorActionPreference: 'errorActionPreference',
    ignoreLASTEXITCODE: 'ignoreLASTEXITCODE',
    warningPreference: 'warningPreference',
  },
  fixed: { targetType: 'inline', pwsh: 'true' },
};

const shortForms: Record<string, ShortForm> = {
  task: { task: '', input: '', inputs: { inputs: '' } },
  script: {
    task: 'CmdLine@2',
    input: 'script',
    inputs: { workingDirectory: 'workingDirectory', failOnStderr: 'failOnStderr' },
  },
  bash: {
    task: 'Bash@3',
    input: 'script',
    inputs: { workingDirectory: 'workingDirectory', failOnStderr: 'failOnStderr' },
    fixed: { targetType: 'inline' },
  },
  pwsh: powershell,
  powershell,
  checkout: {
    task: 'checkout@1',
    input: 'repository',
    inputs: Object.fromEntries(checkoutOptions.map((name) => [name, name])),
  },
  publish: { task: 'PublishPipelineArtifact@1', input: 'targetPath', inputs: { artifact: 'artifact' } },
  download: {
    task: 'DownloadPipelineArtifact@2',
    input: 'source',
    inputs: { artifact: 'artifact', patterns: 'patterns', path: 'path' },
  },
  // The sandbox does not have the tasks that these are short for; they are reported with the others that are missing.
  reviewApp: { task: 'ReviewApp@0', input: 'resourceName', inputs: {} },
  getPackage: { task: 'getPackage@0', input: 'package', inputs: { path: 'path' } },
};

const targetWarning = 'The step runs on this machine, not in the container that it targets.';

function readTarget(node: Node | undefined, notes: Notes): Step['target'] {
  if (!node || node.kind === 'scalar') {
    if (node && !/^(host)?$/i.test(node.text)) warn(notes, targetWarning, node.at);
    return undefined;
  }
  const fields = readFields(node, 'target', ['container', 'commands', 'settableVariables']);
  const container = fields.get('container');
  if (container && !/^(host)?$/i.test(readText(container, 'container'))) warn(notes, targetWarning, container.at);
  const commands = fields.get('commands');
  const mode = commands ? readText(commands, 'commands') : 'any';
  if (!['any', 'restricted'].includes(mode))
    throw new PipelineFileError(`commands must be any or restricted, but is '${mode}'.`, commands!.at);
  const settable = fields.get('settableVariables');
  const names = settable && readTexts(settable, 'settableVariables');
  return {
    restricted: mode === 'restricted',
    settableVariables: names?.length === 1 && names[0] === 'none' ? [] : names,
  };
}

function optionalText(node: Node | undefined, what: string): string | undefined {
  return node && readText(node, what);
}

function readInputs(node: Node | undefined): { inputs: Map<string, string>; inputsAt: Map<string, Place> } {
  const entries = node ? readEntries(node, 'inputs') : [];
  for (const [index, { key, keyAt }] of entries.entries())
    if (entries.findIndex((other) => other.key.toLowerCase() === key.toLowerCase()) !== index)
      throw new PipelineFileError(`Input '${key}' is already defined.`, keyAt);
  return {
    inputs: new Map(entries.map(({ key, value }) => [key, readText(value, `input '${key}'`)])),
    inputsAt: new Map(entries.map(({ key, keyAt }) => [key.toLowerCase(), keyAt])),
  };
}

function readStep(node: Node, nextName: (task: string) => string, notes: Notes): Step {
  const entries = readEntries(node, 'a step');
  const kind = entries.find(({ key }) => Object.hasOwn(shortForms, key));
  if (!kind) {
    const [first] = entries;
    if (first) throw unknownKey(first.key, 'a step', [...Object.keys(shortForms), 'template'], first.keyAt);
    throw new PipelineFileError('A step must not be empty.', node.at);
  }
  const form = shortForms[kind.key]!;
  const fields = readFields(node, `a ${kind.key} step`, [kind.key, ...Object.keys(form.inputs), ...shared]);
  const main = readText(fields.get(kind.key)!, kind.key);
  const task = kind.key === 'task' ? main : form.task;
  const { inputs, inputsAt } = readInputs(fields.get('inputs'));
  if (kind.key !== 'task') inputs.set(form.input, main);
  for (const [name, value] of Object.entries(form.fixed ?? {})) inputs.set(name, value);
  for (const [key, input] of Object.entries(form.inputs))
    if (input !== '' && fields.has(key)) inputs.set(input, readText(fields.get(key)!, key));
  // Unlike the task that it is short for, the keyword puts the files of one artifact into a folder with the artifact's name.
  if (kind.key === 'download' && inputs.has('artifact') && !inputs.has('path'))
    inputs.set('path', `$(Pipeline.Workspace)/${inputs.get('artifact')!}`);
  const name = optionalText(fields.get('name'), 'name');
  if (name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new PipelineFileError(
      `'${name}' is not a valid step name: use letters, digits and underscores.`,
      fields.get('name')!.at,
    );
  const boolean = (key: string, otherwise: string): string =>
    fields.has(key) ? readBoolean(fields.get(key)!, key) : otherwise;
  const number = (key: string): string => (fields.has(key) ? readWholeNumber(fields.get(key)!, key) : '0');
  return {
    task,
    inputs,
    inputsAt,
    name: name ?? nextName(task.split('@')[0]!.split('.').at(-1)!),
    displayName: optionalText(fields.get('displayName'), 'displayName'),
    condition: optionalText(fields.get('condition'), 'condition') || undefined,
    env: fields.has('env') ? readStringMap(fields.get('env')!, 'env') : new Map(),
    enabled: boolean('enabled', 'true'),
    continueOnError: boolean('continueOnError', 'false'),
    timeoutInMinutes: number('timeoutInMinutes'),
    retryCountOnTaskFailure: number('retryCountOnTaskFailure'),
    target: readTarget(fields.get('target'), notes),
    at: node.at,
  };
}

/** Steps without a name get the task's name, numbered from the second on, as their outputs' prefix. */
export function readSteps(node: Node, notes: Notes): Step[] {
  const counts = new Map<string, number>();
  const nextName = (task: string): string => {
    const count = counts.get(task.toLowerCase()) ?? 0;
    counts.set(task.toLowerCase(), count + 1);
    return count === 0 ? task : `${task}${count}`;
  };
  const steps = readList(node, 'steps').map((item) => readStep(item, nextName, notes));
  for (const [index, step] of steps.entries()) {
    const first = steps.findIndex((other) => other.name.toLowerCase() === step.name.toLowerCase());
    if (first !== index) throw new PipelineFileError(`The step name '${step.name}' appears more than once.`, step.at);
  }
  return steps;
}
