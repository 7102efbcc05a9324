/** Compile-time expressions: `${{ value }}`, `${{ if }}`, `${{ elseif }}`, `${{ else }}`, `${{ each }}`, `${{ insert }}`. */
import { type ExpressionContext, evaluateExpression } from '../expression/evaluate.ts';
import { dictionary, isVersion, toBoolean, toText, type Value } from '../expression/values.ts';
import { type Entry, fieldOf, type Node, PipelineFileError, type Place } from './nodes.ts';
import { isScope, withVariables } from './scope.ts';

/** What `${{ }}` may refer to at its place in a file, and how the templates that are named there are read. */
export interface Expansion extends ExpressionContext {
  /** The content of `{ template: path, parameters: {...} }`: what takes its place in a list, or below `extends`. */
  template(reference: Node, key: string, context: Expansion): Node[];
  /** Called with every expression before it is evaluated. */
  onExpression(expression: string, at: Place, context: Expansion): void;
}

const whole = /^\s*\$\{\{((?:[^}]|\}(?!\}))*)\}\}\s*$/s;
const embedded = /\$\{\{((?:[^}]|\}(?!\}))*)\}\}/gs;

export function toNode(value: Value, at: Place): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => toNode(item, at)), at };
  if (value instanceof Map && !isVersion(value))
    return { kind: 'map', entries: [...value].map(([key, item]) => ({ key, keyAt: at, value: toNode(item, at) })), at };
  return { kind: 'scalar', text: toText(value), at };
}

export function toValue(node: Node): Value {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(toValue);
  return dictionary(node.entries.map(({ key, value }): [string, Value] => [key, toValue(value)]));
}

function evaluate(expression: string, context: Expansion, at: Place): Value {
  context.onExpression(expression, at, context);
  try {
    return evaluateExpression(expression.trim(), context);
  } catch (error) {
    throw new PipelineFileError((error as Error).message, at);
  }
}

const expandText = (text: string, context: Expansion, at: Place): string =>
  text.replace(embedded, (_, expression: string) => {
    const value = evaluate(expression, context, at);
    if (Array.isArray(value) || value instanceof Map)
      throw new PipelineFileError(
        `Unable to convert the value of '${expression.trim()}' to text. Use convertToJson().`,
        at,
      );
    return toText(value);
  });

/**
 * Expands a node and all below it; a lone `${{ parameters.object }}` becomes that object. `key` is the key that holds the
 * node, `stages[]` for an item of `stages`, and empty for a whole file: there and in stages and jobs `variables` apply to
 * everything beside them, wherever in the mapping they are written.
 */
export function expandNode(node: Node, context: Expansion, key = ''): Node {
  if (node.kind === 'list') return { ...node, items: expandItems(node.items, context, key) };
  if (node.kind === 'map')
    return {
      ...node,
      entries: isScope(key) ? expandScope(node.entries, context, key) : expandEntries(node.entries, context, key),
    };
  const match = whole.exec(node.text);
  if (match) return toNode(evaluate(match[1]!, context, node.at), node.at);
  return node.text.includes('${{') ? { ...node, text: expandText(node.text, context, node.at) } : node;
}

type Directive =
  | { kind: 'if' | 'elseif' | 'else' | 'insert'; expression: string }
  | { kind: 'each'; name: string; expression: string };

function readDirective(key: string, at: Place): Directive | undefined {
  const inner = whole.exec(key)?.[1]?.trim();
  if (inner === undefined) return undefined;
  const each = /^each\s+([A-Za-z_]\w*)\s+in\s+(.+)$/s.exec(inner);
  if (each) return { kind: 'each', name: each[1]!, expression: each[2]! };
  const conditional = /^(if|elseif)\b\s*(.+)$/s.exec(inner);
  if (conditional) return { kind: conditional[1] as 'if' | 'elseif', expression: conditional[2]! };
  if (inner === 'else' || inner === 'insert') return { kind: inner, expression: '' };
  if (/^(if|elseif|each)\b/.test(inner)) throw new PipelineFileError(`'${key}' is not a complete expression.`, at);
  return undefined;
}

/** Tells for each directive in a row of siblings whether its branch is taken. */
function createChooser(): (directive: Directive, context: Expansion, at: Place) => boolean {
  let taken: boolean | undefined;
  return ({ kind, expression }, context, at) => {
    if (kind === 'if') taken = undefined;
    else if (taken === undefined) throw new PipelineFileError(`'${kind}' must follow an 'if'.`, at);
    if (kind !== 'if' && taken) return false;
    const now = kind === 'else' || toBoolean(evaluate(expression, context, at));
    taken = now;
    return now;
  };
}

function contextsOfEach(directive: { name: string; expression: string }, context: Expansion, at: Place): Expansion[] {
  const collection = evaluate(directive.expression, context, at);
  const items: Value[] = Array.isArray(collection)
    ? collection
    : collection instanceof Map
      ? [...collection].map(([key, value]) => dictionary({ key, value }))
      : [];
  return items.map((item) => ({ ...context, names: { ...context.names, [directive.name.toLowerCase()]: item } }));
}

/** The contexts in which a directive's body is expanded: none, one, or one for each item. */
function createBranches(): (directive: Directive, context: Expansion, at: Place) => Expansion[] {
  const choose = createChooser();
  return (directive, context, at) => {
    if (directive.kind === 'each') return contextsOfEach(directive, context, at);
    return directive.kind === 'insert' || choose(directive, context, at) ? [context] : [];
  };
}

/** The context with what the nodes at this place define: only the parts of `variables` define something. */
const grown = (context: Expansion, key: string, defined: Node): Expansion =>
  key === 'variables' ? withVariables(context, defined) : context;

function expandItems(items: Node[], start: Expansion, key: string): Node[] {
  const branches = createBranches();
  const done: Node[] = [];
  const add = (nodes: Node[], at: Place): void => {
    done.push(...nodes);
    context = grown(context, key, { kind: 'list', items: nodes, at });
  };
  let context = start;
  for (const item of items) {
    const entry = item.kind === 'map' && item.entries.length === 1 ? item.entries[0]! : undefined;
    const directive = entry && readDirective(entry.key, entry.keyAt);
    if (!directive) add(expandItem(item, context, key), item.at);
    else
      for (const inner of branches(directive, context, entry.keyAt)) {
        const names = key === 'variables' ? { ...inner.names, variables: context.names.variables! } : inner.names;
        const body = expandNode(entry.value, { ...inner, names }, key);
        add(body.kind === 'list' ? body.items : body.kind === 'scalar' && body.text === '' ? [] : [body], item.at);
      }
  }
  return done;
}

/** A parameter may be a list of steps or jobs with templates among them, but also of other things that have a `template`. */
function isTemplateReference(item: Node, key: string): boolean {
  const template = fieldOf(item, 'template');
  if (!template || item.kind !== 'map') return false;
  if (['stages', 'jobs', 'steps', 'variables'].includes(key)) return true;
  const others = item.entries.some((entry) => entry.key !== 'template' && entry.key !== 'parameters');
  return !others && template.kind === 'scalar' && /\.ya?ml(@.*)?$/i.test(template.text);
}

function expandItem(item: Node, context: Expansion, key: string): Node[] {
  if (isTemplateReference(item, key)) return context.template(expandNode(item, context, 'template'), key, context);
  const expanded = expandNode(item, context, `${key}[]`);
  // `- ${{ parameters.steps }}`: a list in a list's place is spliced in.
  return item.kind === 'scalar' && whole.test(item.text) && expanded.kind === 'list' ? expanded.items : [expanded];
}

function expandEntries(entries: Entry[], start: Expansion, key: string): Entry[] {
  let context = start;
  const done: Entry[] = [];
  for (const { entry, context: inner, expanded } of flatten(entries, () => context)) {
    const result = expanded
      ? entry
      : {
          ...entry,
          key: expandText(entry.key, inner, entry.keyAt),
          value: expandNode(entry.value, inner, key === 'variables' ? 'variable' : entry.key),
        };
    done.push(result);
    context = grown(context, key, { kind: 'map', entries: [result], at: entry.keyAt });
  }
  return done;
}

interface FlatEntry {
  entry: Entry;
  context: Expansion;
  /** The entry came out of an expression and must not be expanded again. */
  expanded: boolean;
}

/** A mapping's entries with the directives among its keys resolved, one after the other; the values are as they were. */
function* flatten(entries: Entry[], now: () => Expansion): Generator<FlatEntry> {
  const branches = createBranches();
  for (const entry of entries) {
    const directive = readDirective(entry.key, entry.keyAt);
    if (!directive) {
      yield { entry, context: now(), expanded: false };
      continue;
    }
    for (const inner of branches(directive, now(), entry.keyAt)) {
      const current = (): Expansion => ({
        ...inner,
        names: { ...inner.names, variables: now().names.variables ?? dictionary({}) },
      });
      const body = entry.value.kind === 'scalar' ? expandNode(entry.value, inner) : entry.value;
      if (body.kind === 'map' && body === entry.value) yield* flatten(body.entries, current);
      else if (body.kind === 'map')
        for (const each of body.entries) yield { entry: each, context: inner, expanded: true };
      else if (body.kind !== 'scalar' || body.text !== '')
        throw new PipelineFileError(`Expected a mapping below '${entry.key}'.`, entry.value.at);
    }
  }
}

/** A file, a stage or a job: first its variables, then what they apply to. */
function expandScope(entries: Entry[], start: Expansion, key: string): Entry[] {
  const isVariables = (entry: Entry): boolean => entry.key === 'variables';
  const done = new Map<Entry, Entry>();
  let context = start;
  const define = (entry: Entry, from: Expansion): void => {
    const value = expandNode(
      entry.value,
      { ...from, names: { ...from.names, variables: context.names.variables! } },
      'variables',
    );
    done.set(entry, { ...entry, value });
    context = withVariables(context, value);
  };
  for (const entry of entries.filter(isVariables)) define(entry, context);
  const flat = [...flatten(entries, () => context)];
  for (const { entry, context: inner, expanded } of flat)
    if (isVariables(entry) && !done.has(entry) && !expanded) define(entry, inner);
  return flat.flatMap(({ entry, context: inner, expanded }): Entry[] => {
    const variables = done.get(entry);
    if (variables || expanded) return [variables ?? entry];
    const known = { ...inner, names: { ...inner.names, variables: context.names.variables! } };
    const value = expandNode(entry.value, known, entry.key);
    if (key === '' && entry.key === 'extends') return extended(value, known, flat);
    return [{ ...entry, key: expandText(entry.key, known, entry.keyAt), value }];
  });
}

/** The keys of the template that a file extends; those that the file has itself count as the file wrote them. */
function extended(reference: Node, context: Expansion, own: readonly FlatEntry[]): Entry[] {
  const [template] = context.template(reference, 'extends', context);
  if (template?.kind !== 'map') return [];
  return template.entries.filter(({ key }) => key === 'variables' || !own.some(({ entry }) => entry.key === key));
}
