/** Reads a file, expands its compile-time expressions and inlines `template:` references. */
import { dirname, isAbsolute, join } from 'node:path';
import type { Dictionary, Value } from '../expression/values.ts';
import { expandNode, toValue } from './expand.ts';
import { type Node, PipelineFileError, type Place, readYaml } from './nodes.ts';
import { bindParameters } from './parameters.ts';
import { readEntries, readFields, readText } from './read.ts';

export type GivenParameters = Map<string, { value: Value; at: Place }>;

export interface TemplateContext {
  /** Folder that `/path` in a template reference starts at. */
  rootFolder: string;
  /** `${{ variables.x }}`: what is known when the file is read. */
  variables: Dictionary;
}

const maxDepth = 100;

export const fieldOf = (node: Node, key: string): Node | undefined =>
  node.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined;

const without = (node: Node, key: string): Node =>
  node.kind === 'map' ? { ...node, entries: node.entries.filter((entry) => entry.key !== key) } : node;

/** The file's content with all templates inlined and without `parameters`. */
export function expandFile(file: string, given: GivenParameters, context: TemplateContext, depth = 0): Node {
  const root = readYaml(file);
  if (depth > maxDepth) throw new PipelineFileError('Templates are nested too deeply.', root.at);
  if (root.kind !== 'map') throw new PipelineFileError('A pipeline file must be a mapping.', root.at);
  const parameters = bindParameters(fieldOf(root, 'parameters'), given);
  const expressionContext = { names: { parameters, variables: context.variables } };
  return inline(expandNode(without(root, 'parameters'), expressionContext), '', file, context, depth);
}

function inline(node: Node, key: string, file: string, context: TemplateContext, depth: number): Node {
  if (node.kind === 'map') {
    const entries = node.entries.map((entry) => ({
      ...entry,
      value: inline(entry.value, entry.key, file, context, depth),
    }));
    return { ...node, entries };
  }
  if (node.kind !== 'list') return node;
  const items = node.items.flatMap((item): Node[] => {
    if (!fieldOf(item, 'template')) return [inline(item, '', file, context, depth)];
    const body = fieldOf(loadTemplate(item, file, context, depth), key);
    if (!body) throw new PipelineFileError(`The template has no '${key}'.`, item.at);
    return body.kind === 'list' ? body.items : variablesAsList(body);
  });
  return { ...node, items };
}

/** A template's variables may be a mapping although the place that includes it is a list. */
function variablesAsList(node: Node): Node[] {
  return readEntries(node, 'the template').map(({ key, keyAt, value }) => ({
    kind: 'map',
    at: keyAt,
    entries: [
      { key: 'name', keyAt, value: { kind: 'scalar', text: key, at: keyAt } },
      { key: 'value', keyAt, value },
    ],
  }));
}

/** Loads what `{ template: path, parameters: {...} }` names; paths start at the including file's folder. */
export function loadTemplate(reference: Node, file: string, context: TemplateContext, depth: number): Node {
  const fields = readFields(reference, 'a template reference', ['template', 'parameters']);
  const at = fields.get('template')!.at;
  const path = readText(fields.get('template')!, 'template').replace(/@self$/, '');
  if (path.includes('@'))
    throw new PipelineFileError(`Template '${path}' is in another repository; the sandbox has only this one.`, at);
  const parameters = fields.get('parameters');
  const given: GivenParameters = new Map(
    parameters
      ? readEntries(parameters, 'parameters').map(({ key, keyAt, value }) => [
          key,
          { value: toValue(value), at: keyAt },
        ])
      : [],
  );
  const target = isAbsolute(path) ? join(context.rootFolder, path) : join(dirname(file), path);
  try {
    return expandFile(target, given, context, depth + 1);
  } catch (error) {
    if (/ENOENT/.test((error as Error).message))
      throw new PipelineFileError(`Template file '${path}' was not found.`, at);
    throw error;
  }
}
