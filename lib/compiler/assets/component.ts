import { assetPath } from '../../azureml/ids.ts';
import { compact, contentHash, guidOf } from '../../core/json.ts';
import { didYouMean, oneOf } from '../../core/words.ts';
import { ANONYMOUS_COMPONENT, putRequest } from '../../plan/plan.ts';
import type { CompileContext, CompiledComponent, ComponentType, DeclaredInput } from '../context.ts';
import { localPath, readYamlAt } from '../local-files.ts';
import { checkCommandText } from '../ports/command-text.ts';
import {
  checkBounds,
  checkLiterals,
  declaredInput,
  inputSpec,
  outputSpec,
  passedThrough,
} from '../ports/declared-ports.ts';
import { textMap } from '../ports/run-settings.ts';
import { checkThen } from '../schema/check.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { booleanOf } from '../values.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** A node's `component`, as a file or in place. Undefined when it has problems, which are noted the first time. */
export function localComponent(context: CompileContext, node: YamlNode, field: string): CompiledComponent | undefined {
  if (node.kind !== 'map') return compileComponentFile(context, node, field);
  if (!context.compiled.has(node)) context.compiled.set(node, compileComponent(context, node, field));
  return context.compiled.get(node);
}

function compileComponentFile(context: CompileContext, node: YamlNode, field: string): CompiledComponent | undefined {
  const path = localPath(context, node, field);
  if (path === undefined) return undefined;
  if (context.including.includes(path)) {
    context.builder.problems.push({
      message: `'${field}' refers back to the file itself. A component can't contain itself.`,
      place: node.place,
    });
    return undefined;
  }
  if (!context.compiled.has(path)) {
    const file = readYamlAt(context, path, node, field);
    const inside = { ...context, including: [...context.including, path] };
    context.compiled.set(path, file && compileComponent({ ...inside, file }, file.root, ''));
  }
  return context.compiled.get(path);
}

/** What a component's description says, before it has a name. */
interface DescribedComponent {
  /** `componentSpec` but for `name` and `version`. */
  spec: Record<string, unknown>;
  inputs: Map<string, DeclaredInput>;
  outputs: Map<string, { type: string }>;
}

/** A component's own description, from its file or in place, as an anonymous component. */
function compileComponent(context: CompileContext, root: YamlNode, path: string): CompiledComponent | undefined {
  const described = describeComponent(context, root, path);
  if (!described) return undefined;
  const { spec, inputs, outputs } = described;
  const label = textOf(get(root, 'display_name')) ?? textOf(get(root, 'name')) ?? path;
  const named = { ...spec, name: ANONYMOUS_COMPONENT, version: '1' };
  const description = textOf(get(root, 'description'));
  const versioned = { description, tags: textMap(get(root, 'tags')), properties: textMap(get(root, 'properties')) };
  const id = planComponent(context, named, label, versioned);
  return { id, inputs, outputs, definition: { context, node: root, path } };
}

/** Reads a component's description. Undefined when it has problems, which are noted then. */
export function describeComponent(
  context: CompileContext,
  root: YamlNode,
  path: string,
): DescribedComponent | undefined {
  const { problems } = context.builder;
  const word = normalizeChoice(textOf(get(root, 'type')) ?? 'command');
  const type = Object.hasOwn(context.components, word) ? context.components[word] : undefined;
  if (!type) {
    const known = Object.keys(context.components);
    problems.push({
      message: `'type' must be ${oneOf(known)}, but is '${word}'.${didYouMean(word, known)}`,
      place: get(root, 'type')!.place,
    });
    return undefined;
  }
  return checkThen(root, type.fileSchema, path, problems, () => describe(context, root, path, word, type), undefined);
}

function describe(
  context: CompileContext,
  root: YamlNode,
  path: string,
  word: string,
  type: ComponentType,
): DescribedComponent {
  const inputs = get(root, 'inputs');
  const outputs = get(root, 'outputs');
  const declaredInputs = new Map(entriesOf(inputs).map(([name, value]) => [name, declaredInput(value)]));
  const declaredOutputs = new Map(
    entriesOf(outputs).map(([name, value]) => [name, { type: textOf(get(value, 'type')) ?? 'uri_folder' }]),
  );
  checkPortNames(context, get(root, 'inputs'), 'inputs');
  for (const [name, value] of entriesOf(inputs)) {
    const declared = declaredInputs.get(name)!;
    checkLiterals(value, declared.type, `inputs.${name}`, context.builder.problems);
    checkBounds(value, declared, `inputs.${name}`, context.builder);
  }
  checkPortNames(context, get(root, 'outputs'), 'outputs');
  checkCommandText(root, declaredInputs, declaredOutputs, path, context.builder.problems);
  const typed = type.spec(context, root, path, declaredInputs);
  const isDeterministic = Object.hasOwn(type, 'isDeterministic') ? type.isDeterministic : true;
  const spec = compact({
    ...(type.fileSchema.open === 'dropped' ? {} : passedThrough(root, Object.keys(type.fileSchema.fields))),
    $schema: textOf(get(root, '$schema')),
    type: word,
    display_name: textOf(get(root, 'display_name')),
    description: textOf(get(root, 'description')),
    tags: isNull(get(root, 'tags')) ? undefined : textMap(get(root, 'tags')),
    is_deterministic: booleanOf(get(root, 'is_deterministic')) ?? isDeterministic,
    inputs: mapEntries(inputs, (value, name) => inputSpec(value, declaredInputs.get(name)!)),
    outputs: mapEntries(outputs, outputSpec),
    ...typed,
    _source: 'YAML.COMPONENT',
  });
  return { spec, inputs: declaredInputs, outputs: declaredOutputs };
}

const PORT_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*$/;

/** What the service refuses (azure-ai-ml `Component._validate_io_names`). */
function checkPortNames({ builder }: CompileContext, ports: YamlNode | undefined, field: string): void {
  const seen = new Map<string, string>();
  for (const [name, , place] of entriesOf(ports)) {
    const same = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (!PORT_NAME.test(name))
      builder.problems.push({
        message: `'${field}.${name}': a name must consist of letters, digits and underscores, and can't begin with a digit.`,
        place,
      });
    else if (same !== undefined)
      builder.problems.push({
        message: `'${field}' has both '${same}' and '${name}', but Azure ML ignores case in names. Rename one of them.`,
        place,
      });
  }
}

/** The entries of a mapping, each changed; undefined when there are none. */
function mapEntries(
  node: YamlNode | undefined,
  change: (value: YamlNode, name: string) => unknown,
): Record<string, unknown> | undefined {
  const entries = entriesOf(node);
  return entries.length > 0
    ? Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)]))
    : undefined;
}

/** Plans an anonymous component, named after its content, and gives its id. */
export function planComponent(
  context: CompileContext,
  spec: Record<string, unknown>,
  label: string,
  { description, tags = {}, properties = {} }: { description?: string; tags?: unknown; properties?: unknown },
): string {
  const { name: _name, version: _version, ...content } = spec;
  const path = assetPath(context.builder.workspace, 'components', ANONYMOUS_COMPONENT, guidOf(contentHash(content)));
  context.builder.addStep(path, {
    kind: 'component',
    label,
    request: putRequest(path, compact({ componentSpec: spec, description, isAnonymous: true, properties, tags })),
  });
  return path;
}

/** Ids in a component's specification carry the prefix `azureml:`, ids in ARM fields don't. */
export function prefixed(id: string | undefined): string | undefined {
  return id?.startsWith('/') ? `azureml:${id}` : id;
}
