import { compact } from '../../core/json.ts';
import type { CompileContext, OutputValue } from '../context.ts';
import { spelledAs } from '../ports/declared-ports.ts';
import { type IoValue, jobInputs } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { referredComponent } from './step.ts';
import { checkNodeInputs } from './step-ports.ts';

/**
 * A pipeline job whose steps are those of a component: `component:` at the file's root, with a local file, a registered
 * component or one of a registry. What the component says about itself holds where the job says nothing.
 */
export function compileRootComponent(
  context: CompileContext,
  root: YamlNode,
  inputs: Map<string, IoValue>,
  outputs: Map<string, OutputValue>,
): Record<string, unknown> {
  if (entriesOf(get(root, 'jobs')).length > 0)
    context.builder.problems.push({
      message:
        "The job has both 'jobs' and 'component'. Remove one of them: a pipeline takes its steps from one place.",
      place: get(root, 'jobs')!.place,
    });
  const component = referredComponent(context, get(root, 'component')!, 'component', 'pipeline');
  if (!component) return {};
  if (component.inputs) checkNodeInputs(context, root, 'component', component);
  const definition = component.definition?.node;
  return compact({
    componentId: component.id,
    displayName: textOf(get(root, 'display_name')) ?? textOf(get(definition, 'display_name')),
    description: textOf(get(root, 'description')) ?? textOf(get(definition, 'description')),
    inputs: jobInputs(new Map([...defaultsOf(definition), ...inputs])),
    outputs: jobOutputs(outputsOf(context, definition, outputs)),
    jobs: {},
  });
}

/** Defaults of the component's inputs, which a job has to send: its own inputs don't know them. */
function defaultsOf(definition: YamlNode | undefined): [string, IoValue][] {
  return entriesOf(get(definition, 'inputs')).flatMap(([name, input]): [string, IoValue][] => {
    const value = spelledAs(normalizeChoice(textOf(get(input, 'type')) ?? 'string'), get(input, 'default'));
    return value === undefined ? [] : [[name, { kind: 'literal', value }]];
  });
}

/** All outputs of the component, with what the job says about them. */
function outputsOf(
  context: CompileContext,
  definition: YamlNode | undefined,
  given: ReadonlyMap<string, OutputValue>,
): Map<string, OutputValue> {
  const result = compileOutputs(context, get(definition, 'outputs'), 'component.outputs');
  for (const [name, output] of given) {
    const declared = result.get(name);
    if (output.bare && declared) continue;
    result.set(name, declared && isNull(get(get(definition, 'outputs'), name)) ? output : { ...declared, ...output });
  }
  return result;
}
