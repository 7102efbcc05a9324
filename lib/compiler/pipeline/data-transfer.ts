import { compact } from '../../core/json.ts';
import type { CompileContext, CompiledStep, ComponentType, StepCompiler } from '../context.ts';
import { compileInputs, nodeInputs } from '../ports/inputs.ts';
import { compileOutputs, nodeOutputs } from '../ports/outputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { assetId, computeId } from '../references.ts';
import { copyStep, dataTransferComponent, exportStep, importStep } from '../schema/data-transfer.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkedStep, componentStep } from './step.ts';

/** Components of Microsoft's registry that reach outside (azure-ai-ml `DataTransferBuiltinComponentUri`). */
const BUILTIN: Record<string, string> = {
  'import_data database': 'azureml://registries/azureml/components/import_data_database/versions/0.0.1',
  'import_data file_system': 'azureml://registries/azureml/components/import_data_file_system/versions/0.0.1',
  'export_data database': 'azureml://registries/azureml/components/export_data_database/versions/0.0.1',
};

/** Components that copy data from their inputs to their output. */
export const dataTransferType: ComponentType = {
  fileSchema: dataTransferComponent,
  inlineSchema: copyStep,
  inlineMarks: ['task'],
  nodeSchema: copyStep,
  spec: (_context, node) =>
    compact({ task: textOf(get(node, 'task')), data_copy_mode: textOf(get(node, 'data_copy_mode')) }),
  stepFields: (_context, node, _path, definition) =>
    compact({
      task: textOf(get(node, 'task')),
      data_copy_mode: textOf(get(node, 'data_copy_mode')) ?? textOf(get(definition?.node, 'data_copy_mode')),
    }),
};

/** Steps of `type: data_transfer`, by their `task`. */
export const dataTransferStep: StepCompiler = (context, name, node, around) => {
  const task = normalizeChoice(textOf(get(node, 'task')) ?? 'copy_data');
  if (task !== 'import_data' && task !== 'export_data')
    return componentStep('data_transfer')(context, name, node, around);
  const schema = task === 'import_data' ? importStep : exportStep;
  return checkedStep(context, node, name, schema, () => compileTransfer(context, name, node, task));
};

function compileTransfer(
  context: CompileContext,
  name: string,
  node: YamlNode,
  task: 'import_data' | 'export_data',
): CompiledStep {
  const { builder } = context;
  const path = `jobs.${name}`;
  const side = task === 'import_data' ? 'source' : 'sink';
  const compute = get(node, 'compute');
  return {
    body: compact({
      name,
      type: 'data_transfer',
      task,
      [side]: jsonOf(get(node, side)),
      display_name: textOf(get(node, 'display_name')),
      tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
      properties: isNull(get(node, 'properties')) ? undefined : textMap(get(node, 'properties')),
      computeId: compute && !isNull(compute) ? computeId(builder, compute, `${path}.compute`) : undefined,
      inputs:
        task === 'export_data' ? nodeInputs(compileInputs(context, get(node, 'inputs'), `${path}.inputs`)) : undefined,
      outputs:
        task === 'import_data'
          ? nodeOutputs(compileOutputs(context, get(node, 'outputs') ?? defaultSink(node), `${path}.outputs`))
          : undefined,
      componentId: componentOf(context, node, path, task, side),
      _source: isNull(get(node, 'component')) ? 'BUILTIN' : 'REMOTE.REGISTRY',
    }),
    outputs: undefined,
  };
}

/** Where imported data goes when the step does not say. */
function defaultSink({ place }: YamlNode): YamlNode {
  const scalar = (value: string): YamlNode => ({ kind: 'scalar', value, isFloat: false, place });
  const map = (name: string, value: YamlNode): YamlNode => ({
    kind: 'map',
    entries: new Map([[name, { keyPlace: place, value }]]),
    place,
  });
  return map('sink', map('type', scalar('mltable')));
}

function componentOf(
  context: CompileContext,
  node: YamlNode,
  path: string,
  task: string,
  side: string,
): string | undefined {
  const component = get(node, 'component');
  if (component && !isNull(component)) return assetId(context.builder, 'components', component, `${path}.component`);
  const type = normalizeChoice(textOf(get(get(node, side), 'type')) ?? '');
  const builtin = BUILTIN[`${task} ${type}`];
  if (!builtin)
    context.builder.problems.push({
      message: `'${path}.${side}.type' must be 'database', the only place that Azure ML exports data to, but is '${type}'.`,
      place: get(node, side)!.place,
    });
  return builtin;
}
