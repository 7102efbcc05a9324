import type { CompileContext, CompiledStep, ComponentType, DeclaredInput } from '../context.ts';
import { compileOutputs } from '../ports/outputs.ts';
import { pipelineComponent, pipelineNode } from '../schema/pipeline.ts';
import { entriesOf, get, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { compileGraph } from './graph.ts';

/** Components that are pipelines themselves, and steps that run one. */
export const pipelineType: ComponentType = {
  fileSchema: pipelineComponent,
  inlineSchema: pipelineNode, // a pipeline can't be written in a step
  inlineMarks: [],
  nodeSchema: pipelineNode,
  isDeterministic: undefined,
  spec: (context, node, _path, inputs = new Map()) => {
    const steps = compileGraph(context, node, {
      inputs: new Map([...inputs].map(([name, { type }]) => [name, type])),
      inputModes: new Map([...inputs].flatMap(([name, { mode }]) => (mode ? [[name, mode]] : []))),
      outputs: compileOutputs(context, get(node, 'outputs'), 'outputs'),
    });
    noteOptionalInputs(context, node, steps, inputs);
    return {
      jobs: Object.fromEntries([...steps].map(([name, { body }]) => [name, body])),
      sourceJobId: null,
    };
  },
  stepFields: (_context, node) =>
    // A pipeline has no limits or resources; like anything unknown they are passed through.
    Object.fromEntries(
      entriesOf(node)
        .filter(([name]) => !Object.hasOwn(pipelineNode.fields, name))
        .map(([name, value]) => [name, jsonOf(value)]),
    ),
};

/**
 * An input that does not say whether it is optional becomes so when all that it is bound to is optional (azure-ai-ml
 * `PipelineComponent._validate_binding_inputs`, whose order of steps counts); one that says it is can't feed an input
 * that is required.
 */
function noteOptionalInputs(
  context: CompileContext,
  root: YamlNode,
  steps: ReadonlyMap<string, CompiledStep>,
  inputs: Map<string, DeclaredInput>,
): void {
  for (const [step, { inputs: declared }] of steps) {
    if (!declared) continue;
    const required = new Map<string, string[]>();
    for (const [name, value] of entriesOf(get(get(get(root, 'jobs'), step), 'inputs'))) {
      const written = textOf(value.kind === 'map' ? get(value, 'path') : value) ?? '';
      for (const [whole, input] of written.matchAll(/\$\{\{\s*parent\.inputs\.([\w.]+)\s*\}\}/g)) {
        const found = required.get(input!) ?? [];
        if (declared.get(name)?.optional === false && whole === written.trim()) found.push(name);
        required.set(input!, found);
      }
    }
    for (const [name, targets] of required) {
      const input = inputs.get(name);
      if (!input) continue;
      if (input.saysOptional && input.optional && targets.length > 0) {
        context.builder.problems.push({
          message: `The input '${name}' is optional, but the step '${step}' requires a value for '${targets[0]}'.`,
          place: (get(get(root, 'inputs'), name) ?? root).place,
        });
      } else if (!input.saysOptional) input.optional = targets.length === 0;
    }
  }
}
