/** The specification inside a component version: YAML's keys in JSON, checked where a run would fail on it. */
import * as errors from './errors.ts';
import { findAsset, type ReferenceContext } from './references.ts';

type Spec = Record<string, any>;

const valueTypes = ['string', 'number', 'integer', 'boolean'];
const dataTypes = ['uri_file', 'uri_folder', 'mltable', 'custom_model', 'mlflow_model', 'triton_model'];
/** Older types of the service that registered components still use. */
const olderTypes = ['path', 'enum', 'float', 'AnyDirectory', 'AnyFile'];
const componentTypes = [
  'command',
  'pipeline',
  'parallel',
  'sweep',
  'spark',
  'automl',
  'import',
  'data_transfer',
  'flow_parallel',
];
const portName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** 400 unless the component could run: known type, command and environment that exist, well-formed ports. */
export function checkComponentSpec(spec: Spec, context: ReferenceContext): void {
  if (typeof spec.type !== 'string' || !componentTypes.includes(spec.type)) {
    throw errors.componentTypeUnknown(spec.type, componentTypes);
  }
  checkPorts(spec.inputs, 'inputs', [...valueTypes, ...dataTypes, ...olderTypes]);
  checkPorts(spec.outputs, 'outputs', [...valueTypes, ...dataTypes, ...olderTypes]);
  if (spec.type === 'command') {
    if (typeof spec.command !== 'string' || spec.command.trim() === '') {
      throw errors.componentFieldMissing('command', 'command', ', a non-empty string');
    }
    checkCommandBindings(spec);
    requireAsset(spec.environment, 'environments', 'environment', context);
    if (spec.code !== undefined && spec.code !== null) requireAsset(spec.code, 'codes', 'code', context);
  }
  if (spec.type === 'pipeline' && (typeof spec.jobs !== 'object' || spec.jobs === null)) {
    throw errors.componentFieldMissing('pipeline', 'jobs');
  }
}

function requireAsset(value: unknown, kind: 'environments' | 'codes', field: string, context: ReferenceContext): void {
  if (typeof value !== 'string' || value === '') throw errors.componentFieldMissing('command', field);
  // Code may also be a git repository, which the service fetches.
  if (kind === 'codes' && /^(git\+)?https:\/\/|^git@/.test(value)) return;
  if (!findAsset(value, kind, context)) throw errors.componentReferenceNotFound(field, value);
}

function checkPorts(ports: unknown, where: string, types: string[]): void {
  if (ports === undefined || ports === null) return;
  for (const [name, port] of Object.entries(ports as Spec)) {
    if (!name.split('.').every((part) => portName.test(part))) {
      throw errors.portNameInvalid(where, name);
    }
    const type = (port as Spec | null)?.type;
    if (!(Array.isArray(type) ? type : [type]).every((one) => types.includes(one))) {
      throw errors.portTypeUnknown(where, name, type, types.slice(0, 10));
    }
  }
}

function checkCommandBindings({ command, inputs, outputs }: Spec): void {
  for (const [binding, where, name] of command.matchAll(/\$\{\{\s*(inputs|outputs)\.([\w.]+)\s*\}\}/g)) {
    const ports = (where === 'inputs' ? inputs : outputs) ?? {};
    // An output's `.path` and a group's members are bound below the declared name.
    if (!Object.keys(ports).some((port) => port === name || name.startsWith(`${port}.`))) {
      throw errors.bindingNotDeclared(binding);
    }
  }
}
