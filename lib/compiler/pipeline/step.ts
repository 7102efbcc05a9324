import { isRemote } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import { didYouMean, oneOf } from '../../core/words.ts';
import { isAnonymousComponent } from '../../plan/plan.ts';
import { localComponent } from '../assets/component.ts';
import { createPlanBuilder } from '../builder.ts';
import type { CompileContext, CompiledComponent, CompiledStep, StepCompiler, Surroundings } from '../context.ts';
import { readLocalYaml } from '../local-files.ts';
import { compileInputs, nodeInputs } from '../ports/inputs.ts';
import { compileOutputs, nodeOutputs } from '../ports/outputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { assetId, computeId } from '../references.ts';
import { checkThen } from '../schema/check.ts';
import { type Field, normalizeChoice } from '../schema/fields.ts';
import { componentNode } from '../schema/job.ts';
import { passNested, unknownFields } from '../schema/unknown-fields.ts';
import { describe, entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { inlineComponent } from './inline-step.ts';
import { checkInputValues, checkNodeInputs, declaredOnly } from './step-ports.ts';
import { nodeIdentity } from './step-settings.ts';

/** Compiles a step of a pipeline by its `type`. Findings go to the builder. */
export function compileStep(context: CompileContext, name: string, node: YamlNode, around: Surroundings): CompiledStep {
  if (node.kind !== 'map') {
    context.builder.problems.push({
      message: `'jobs.${name}' must be a mapping, but is ${describe(node)}.`,
      place: node.place,
    });
    return { body: { name }, outputs: undefined };
  }
  const word = textOf(get(node, 'type'))?.toLowerCase() ?? typeByContent(context, node);
  const compiler = Object.hasOwn(context.steps, word) ? context.steps[word] : undefined;
  if (compiler) return compiler(context, name, node, around);
  const known = Object.keys(context.steps);
  context.builder.problems.push({
    message: `'jobs.${name}.type' must be ${oneOf(known)}, but is '${word}'.${word === 'import' ? " Use 'data_transfer' with 'task: import_data'." : didYouMean(word, known)}`,
    place: (get(node, 'type') ?? node).place,
  });
  return { body: { name, type: word }, outputs: undefined };
}

/** What a step without `type` is: what its component is, or what its fields belong to; a command otherwise. */
function typeByContent(context: CompileContext, node: YamlNode): string {
  const component = get(node, 'component');
  if (component && !isNull(component)) {
    const definition = component.kind === 'map' ? component : peekAtFile(context, component);
    return normalizeChoice(textOf(get(definition, 'type')) ?? 'command');
  }
  if (!isNull(get(node, 'trial'))) return 'sweep';
  if (!isNull(get(node, 'entry'))) return 'spark';
  return get(node, 'task')?.kind === 'map' ? 'parallel' : 'command';
}

/** A local component's file. What is wrong with it is reported when it is compiled. */
function peekAtFile(context: CompileContext, component: YamlNode): YamlNode | undefined {
  if (isRemote(textOf(component) ?? '')) return undefined;
  const builder = createPlanBuilder(context.builder.workspace);
  return readLocalYaml({ ...context, builder }, component, '')?.root;
}

/** A step that is compiled once its form is checked (see `checkThen`). */
export function checkedStep(
  context: CompileContext,
  node: YamlNode,
  name: string,
  schema: Field,
  work: () => CompiledStep,
): CompiledStep {
  const { problems, warnings } = context.builder;
  const path = `jobs.${name}`;
  const nothing: CompiledStep = { body: { name }, outputs: undefined };
  const step = checkThen(node, schema, path, problems, work, nothing);
  if (problems.tolerated) {
    for (const [field, value] of Object.entries(unknownFields(node, schema))) step.body[field] ??= value;
    passNested(node, schema, step.body, path, warnings);
  }
  return step;
}

/** The compiler of steps that run a component of this type; an inline definition becomes an anonymous component first. */
export function componentStep(word: string): StepCompiler {
  return (context, name, node, around) => {
    const type = context.components[word]!;
    const isInline = isNull(get(node, 'component')) && type.inlineMarks.some((mark) => !isNull(get(node, mark)));
    const schema = isInline ? type.inlineSchema : (type.nodeSchema ?? componentNode);
    return checkedStep(context, node, name, schema, () => compileComponentStep());

    function compileComponentStep(): CompiledStep {
      const path = `jobs.${name}`;
      const component = isInline
        ? inlineComponent(context, word, name, node, around)
        : referredComponent(context, get(node, 'component')!, `${path}.component`, word);
      if (component && !isInline) {
        checkNodeInputs(context, node, path, component, loopItems(name, around));
        checkInputValues(context, node, path, component, around);
      }
      const inputs = declaredOnly(
        compileInputs(
          context,
          get(node, 'inputs'),
          `${path}.inputs`,
          !isInline,
          isInline ? undefined : component?.inputs,
        ),
        component?.inputs,
      );
      const outputs = nodeOutputs(
        declaredOnly(compileOutputs(context, get(node, 'outputs'), `${path}.outputs`), component?.outputs),
        component?.outputs,
      );
      const compute = get(node, 'compute');
      const body = compact({
        ...(isInline ? {} : unknownFields(node, schema)),
        name,
        type: word,
        display_name: textOf(get(node, 'display_name')),
        tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
        properties: isNull(get(node, 'properties')) ? undefined : textMap(get(node, 'properties')),
        comment: textOf(get(node, 'comment')),
        computeId: compute && !isNull(compute) ? computeId(context.builder, compute, `${path}.compute`) : undefined,
        inputs: nonEmpty(nodeInputs(inputs)),
        outputs: nonEmpty(outputs),
        identity: nodeIdentity(get(node, 'identity')),
        ...type.stepFields(context, node, path, component?.definition),
        componentId: component?.id,
        _source: isInline ? 'YAML.JOB' : sourceOf(component?.id),
      });
      return { body, inputs: component?.inputs, outputs: component?.outputs };
    }
  };
}

/** What a loop gives to the step that it repeats. */
function loopItems(name: string, { siblings }: Surroundings): YamlNode | undefined {
  const loop = [...siblings.values()].find(
    (node) =>
      textOf(get(node, 'type')) === 'parallel_for' &&
      textOf(get(node, 'body'))?.replace(/\s/g, '') === `\${{parent.jobs.${name}}}`,
  );
  const items = get(loop, 'items');
  return items?.kind === 'list' ? items.items[0] : entriesOf(items)[0]?.[1];
}

/** Where a step's component comes from; telemetry of the service. */
function sourceOf(id = ''): string {
  if (id.startsWith('azureml://')) return 'REMOTE.REGISTRY';
  return isAnonymousComponent(id) ? 'YAML.COMPONENT' : 'REMOTE.WORKSPACE.COMPONENT';
}

/**
 * `component:` as a file, a reference, or a description in place.
 * @param word the type that the component has to have, where that is known here
 */
export function referredComponent(
  context: CompileContext,
  component: YamlNode,
  field: string,
  word: string,
): (Partial<CompiledComponent> & { id: string }) | undefined {
  const written = textOf(component) ?? '';
  if (component.kind === 'scalar' && isRemote(written))
    return { id: assetId(context.builder, 'components', component, field) };
  const compiled = localComponent(context, component, field);
  const type = normalizeChoice(textOf(get(compiled?.definition.node, 'type')) ?? 'command');
  if (!compiled || type === word) return compiled;
  context.builder.problems.push({
    message: `'${field}' must be a component of type '${word}', but is of type '${type}'.${field.startsWith('jobs.') && field.endsWith('.component') ? ` Give the step 'type: ${type}'.` : ''}`,
    place: component.place,
  });
  return undefined;
}

function nonEmpty(value: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
