/** Reads a file, expands its compile-time expressions and inlines the templates that it names. */
import { dirname, isAbsolute, join } from 'node:path';
import { dictionary, lookup, type Value } from '../expression/values.ts';
import { type Expansion, expandNode, toValue } from './expand.ts';
import { fieldOf, type Node, PipelineFileError, type Place, readYaml } from './nodes.ts';
import { type Notes, refuse, warn } from './notes.ts';
import { bindParameters } from './parameters.ts';
import { readEntries, readFields, readText } from './read.ts';

export type GivenParameters = Map<string, { value: Value; at: Place }>;

/** What is the same for all files of a pipeline. */
export interface Sources {
  /** Folder of the pipeline's repository. */
  self: string;
  /** Folders of other repositories, by the alias in lower case. */
  repositories: ReadonlyMap<string, string>;
  /** Lower-case names of variables that have a value at run time only: `${{ }}` doesn't know them. */
  lateVariables: ReadonlySet<string>;
  notes: Notes;
}

/** A file in its repository. */
interface SourceFile {
  file: string;
  /** Folder that `/path` in a template reference starts at. */
  root: string;
}

const maxDepth = 100;
/** Keys whose lists may name templates; the template has the same key. */
const bodies = ['stages', 'jobs', 'steps', 'variables'];

const without = (node: Node, key: string): Node =>
  node.kind === 'map' ? { ...node, entries: node.entries.filter((entry) => entry.key !== key) } : node;

/** The names in `variables.x` and `variables['x']`. */
function* variableNames(expression: string): Generator<string> {
  for (const match of expression.matchAll(/\bvariables\s*(?:\.\s*(\w+)|\[\s*'([^']+)'\s*\])/gi))
    yield (match[1] ?? match[2])!;
}

function noteLateVariables(sources: Sources, expression: string, at: Place, variables: Value | undefined): void {
  for (const name of variableNames(expression))
    if (
      sources.lateVariables.has(name.toLowerCase()) &&
      !(variables instanceof Map && lookup(variables, name) !== null)
    )
      warn(
        sources.notes,
        `Variable '${name}' has no value in \${{ }}: what a variable group holds or a run is given is known at run time only. Use $(${name}), a condition, or a parameter.`,
        at,
      );
}

/**
 * The pipeline file's content with all templates inlined and without `parameters`.
 * @param variables what `${{ variables.x }}` knows before the file's own variables
 */
export function expandPipeline(
  file: string,
  given: GivenParameters,
  sources: Sources,
  variables: Record<string, string>,
): Node {
  return expandFile({ file, root: sources.self }, given, sources, dictionary(variables), 0);
}

function expandFile(
  source: SourceFile,
  given: GivenParameters,
  sources: Sources,
  variables: Value,
  depth: number,
): Node {
  const root = readYaml(source.file);
  if (depth > maxDepth) throw new PipelineFileError('Templates are nested too deeply.', root.at);
  if (root.kind !== 'map') throw new PipelineFileError('A pipeline file must be a mapping.', root.at);
  const parameters = bindParameters(fieldOf(root, 'parameters'), given);
  const context: Expansion = {
    names: { parameters, variables },
    template: (reference, key, { names }) =>
      inline(reference, key, loadTemplate(reference, source, sources, names.variables!, depth)),
    onExpression: (expression, at, { names }) => noteLateVariables(sources, expression, at, names.variables),
  };
  return expandNode(without(root, 'parameters'), context);
}

/** The nodes that take the place of a template reference; none when the template's repository is missing. */
function inline(reference: Node, key: string, template: Node | undefined): Node[] {
  if (!template) return [];
  if (key === 'extends') return [template];
  const found = bodies.includes(key) ? key : bodies.find((body) => fieldOf(template, body));
  const body = found && fieldOf(template, found);
  if (!body)
    throw new PipelineFileError(
      `The template has no '${bodies.includes(key) ? key : bodies.join("', '")}'.`,
      reference.at,
    );
  return found === 'variables' ? variablesAsList(body) : body.kind === 'list' ? body.items : [body].filter(hasContent);
}

const hasContent = (node: Node): boolean => node.kind !== 'scalar' || node.text !== '';

/** `variables` as a list, also when they are written as a mapping. */
export function variablesAsList(node: Node): Node[] {
  if (node.kind === 'list') return node.items;
  return readEntries(node, 'variables').map(({ key, keyAt, value }) => ({
    kind: 'map',
    at: keyAt,
    entries: [
      { key: 'name', keyAt, value: { kind: 'scalar', text: key, at: keyAt } },
      { key: 'value', keyAt, value },
    ],
  }));
}

/** The file that a reference names: `path` from the file's folder, `/path` from its repository, `path@alias` in another one. */
function findTemplate(path: string, from: SourceFile, sources: Sources): SourceFile | undefined {
  const [, name, alias] = /^(.*?)(?:@([^@]*))?$/s.exec(path) as unknown as [string, string, string | undefined];
  if (alias === undefined)
    return { file: isAbsolute(name) ? join(from.root, name) : join(dirname(from.file), name), root: from.root };
  const root = alias.toLowerCase() === 'self' ? sources.self : sources.repositories.get(alias.toLowerCase());
  return root === undefined ? undefined : { file: join(root, name), root };
}

/** Loads what `{ template: path, parameters: {...} }` names; undefined when its repository is unknown, which is noted. */
function loadTemplate(
  reference: Node,
  from: SourceFile,
  sources: Sources,
  variables: Value,
  depth: number,
): Node | undefined {
  const fields = readFields(reference, 'a template reference', ['template', 'parameters']);
  const place = fields.get('template');
  if (!place) throw new PipelineFileError("'extends' must name a template.", reference.at);
  const path = readText(place, 'template');
  const target = findTemplate(path, from, sources);
  if (!target) {
    const alias = path.split('@').at(-1)!;
    refuse(
      sources.notes,
      `Template '${path}' is in the repository '${alias}'. Name a folder with its content: --repository-resource ${alias}=FOLDER.`,
      place.at,
    );
    return undefined;
  }
  const parameters = fields.get('parameters');
  const given: GivenParameters = new Map(
    (parameters ? readEntries(parameters, 'parameters') : []).map(({ key, keyAt, value }) => [
      key,
      { value: toValue(value), at: keyAt },
    ]),
  );
  try {
    return expandFile(target, given, sources, variables, depth + 1);
  } catch (error) {
    if (/ENOENT/.test((error as Error).message) && (error as Error).message.includes(target.file))
      throw new PipelineFileError(`Template file '${path}' was not found: there is no ${target.file}.`, place.at);
    throw error;
  }
}
