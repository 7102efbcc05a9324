/** Logging commands of the area `task` (agent: TaskCommandExtension.cs). */
import { globToRegExp } from '../glob.ts';
import { mergeResults, parseTaskResult } from '../results.ts';
import { addIssue, addWarning, type StepState } from '../steps/state.ts';
import type { VariableOptions } from '../variables.ts';
import { addAttachment } from './attachment.ts';
import type { EventHandler, Events } from './event.ts';
import { logDetail } from './logdetail.ts';
import { type Command, isTrue } from './parse.ts';

function requireProperty(command: Command, name: string): string {
  const value = command.properties.get(name);
  if (!value)
    throw new Error(`Required field '${name}' is missing in ##vso[${command.area}.${command.event}] command.`);
  return value;
}

const logIssue: EventHandler = (state, { properties, data }) => {
  const type = properties.get('type')?.toLowerCase();
  if (type === undefined) return addWarning(state, "Can't create TaskIssue from logging event.");
  if (type !== 'error' && type !== 'warning')
    throw new Error(`issue type ${properties.get('type')} is not an expected issue type.`);
  const { sourcepath, linenumber = '0', columnnumber = '0', code = '', ...rest } = Object.fromEntries(properties);
  const message = sourcepath ? `${sourcepath}(${linenumber},${columnnumber}): ${type} ${code}: ${data}` : data;
  const { type: _, ...issueData } = rest;
  addIssue(state, { type, category: sourcepath ? 'Code' : 'General', message, data: issueData });
};

const complete: EventHandler = (state, { properties, data }) => {
  const result = parseTaskResult(properties.get('result'));
  if (!result) throw new Error("Command doesn't have valid result value.");
  state.result = mergeResults(state.result, result);
  state.percent = 100;
  state.operation = data;
  if (isTrue(properties.get('done'))) state.forceCompletion();
};

const setProgress: EventHandler = (state, { properties, data }) => {
  const text = properties.get('value') ?? '';
  if (!/^\s*[+-]?\d+\s*$/.test(text))
    throw new Error('Required field value is not a whole number in ##vso[task.setprogress] command.');
  state.percent = Math.max(state.percent, Math.min(100, Math.max(0, Number(text))));
  state.operation = data;
};

function maySet(state: StepState, name: string): boolean {
  const { settable } = state.shared;
  if (!settable || settable.some((glob) => globToRegExp(glob).test(name))) return true;
  addWarning(state, `Setting variable '${name}' has been disabled by the task or build definition.`);
  return false;
}

/** Registers the secret's raw and escaped forms; several lines are refused, as one line is masked at a time. */
function registerSecret(state: StepState, value: string): void {
  if (value.includes('\n') && !isTrue(state.job.variables.get('SYSTEM_UNSAFEALLOWMULTILINESECRET')))
    throw new Error('Secrets cannot contain multiple lines');
  state.job.masker.addVariable(value);
}

const setVariable: EventHandler = (state, command) => {
  const { properties, data } = command;
  const name = requireProperty(command, 'variable');
  const secret = isTrue(properties.get('issecret'));
  if (secret) registerSecret(state, data);
  if (!maySet(state, name)) return;
  const { variables } = state.job;
  const options: VariableOptions = {
    secret,
    readOnly: isTrue(properties.get('isreadonly')),
    preserveCase: isTrue(properties.get('preservecase')),
  };
  const isOutput = isTrue(properties.get('isoutput')) || state.shared.declaredOutputs.has(name.toLowerCase());
  const target = isOutput ? `${state.refName}.${name}` : name;
  if (variables.isReadOnly(target))
    addWarning(state, `Overwriting readonly variable '${target}'. This behavior will be disabled in the future.`);
  if (isOutput) state.outputs[name] = data;
  variables.set(target, data, isOutput ? { ...options, readOnly: true } : options);
};

const setTaskVariable: EventHandler = (state, command) => {
  const name = requireProperty(command, 'variable');
  const secret = isTrue(command.properties.get('issecret'));
  if (secret) registerSecret(state, command.data);
  const { taskVariables } = state.shared;
  if (taskVariables.find(name)?.readOnly)
    addWarning(state, `Overwriting readonly task variable '${name}'. This behavior will be disabled in the future.`);
  taskVariables.set(name, command.data, {
    secret,
    readOnly: isTrue(command.properties.get('isreadonly')),
    preserveCase: isTrue(command.properties.get('preservecase')),
  });
};

const prependPath: EventHandler = (state, { data }) => {
  if (data === '') throw new Error('Required data is missing in ##vso[task.prependpath] command.');
  if (!maySet(state, 'PATH')) return;
  const { paths } = state.job;
  paths.splice(0, paths.length, data, ...paths.filter((path) => path !== data));
};

const setEndpoint: EventHandler = (state, command) => {
  const field = requireProperty(command, 'field');
  const id = requireProperty(command, 'id').toLowerCase();
  if (id === 'systemvssconnection' || id === '00000000-0000-0000-0000-000000000000')
    return addWarning(state, 'Modifying the system connection is not allowed.');
  const connection = state.job.connections.find((candidate) => candidate.id === id);
  if (!connection) throw new Error(`Endpoint not found. Endpoint id: ${id}`);
  if (field.toLowerCase() === 'url') {
    connection.url = new URL(command.data).toString();
    return;
  }
  const key = requireProperty(command, 'key');
  if (field.toLowerCase() === 'dataparameter') connection.data[key] = command.data;
  else if (field.toLowerCase() === 'authparameter') {
    connection.parameters[key] = command.data;
    state.job.masker.add(command.data);
  } else throw new Error(`Required field 'field' has the invalid value '${field}' in ##vso[task.setendpoint] command.`);
};

const attach: EventHandler = (state, command) =>
  addAttachment(state, requireProperty(command, 'type'), requireProperty(command, 'name'), command.data);

export const taskEvents: Events = {
  logissue: { run: logIssue, restricted: true },
  issue: { run: logIssue, restricted: true },
  complete: { run: complete, restricted: true },
  setprogress: { run: setProgress, restricted: true },
  setvariable: { run: setVariable, restricted: true },
  setsecret: { run: (state, { data }) => state.job.masker.addVariable(data), restricted: true },
  settaskvariable: { run: setTaskVariable, restricted: true },
  debug: { run: (state, { data }) => state.job.debug && state.write(`##[debug]${data}`), restricted: true },
  prependpath: { run: prependPath, restricted: true },
  logdetail: { run: logDetail, restricted: true },
  addattachment: { run: attach },
  uploadsummary: { run: (state, { data }) => addAttachment(state, 'DistributedTask.Core.Summary', undefined, data) },
  uploadfile: {
    run: (state, { data }) => addAttachment(state, 'DistributedTask.Core.FileAttachment', undefined, data),
  },
  setendpoint: { run: setEndpoint },
};
