/** Compile-time expressions: `${{ value }}`, `${{ if }}`, `${{ elseif }}`, `${{ else }}`, `${{ each }}`, `${{ insert }}`. */
import { type ExpressionContext, evaluateExpression } from '../expression/evaluate.ts';
import { dictionary, isVersion, toBoolean, toText, type Value } from '../expression/values.ts';
import { type Entry, type Node, PipelineFileError, type Place } from './nodes.ts';

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

function evaluate(expression: string, context: ExpressionContext, at: Place): Value {
  try {
    return evaluateExpression(expression.trim(), context);
  } catch (error) {
    throw new PipelineFileError((error as Error).message, at);
  }
}

const expandText = (text: string, context: ExpressionContext, at: Place): string =>
  text.replace(embedded, (_, expression: string) => {
    const value = evaluate(expression, context, at);
    if (Array.isArray(value) || value instanceof Map)
      throw new PipelineFileError(
        `Unable to convert the value of '${expression.trim()}' to text. Use convertToJson().`,
        at,
      );
    return toText(value);
  });

/** Expands a node and all below it; a lone `${{ parameters.object }}` becomes that object. */
export function expandNode(node: Node, context: ExpressionContext): Node {
  if (node.kind === 'list') return { ...node, items: expandItems(node.items, context) };
  if (node.kind === 'map') return { ...node, entries: expandEntries(node.entries, context) };
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
function createChooser(context: ExpressionContext): (directive: Directive, at: Place) => boolean {
  let taken: boolean | undefined;
  return ({ kind, expression }, at) => {
    if (kind === 'if') taken = undefined;
    else if (taken === undefined) throw new PipelineFileError(`'${kind}' must follow an 'if'.`, at);
    if (kind !== 'if' && taken) return false;
    const now = kind === 'else' || toBoolean(evaluate(expression, context, at));
    taken = now;
    return now;
  };
}

function contextsOfEach(
  directive: { name: string; expression: string },
  context: ExpressionContext,
  at: Place,
): ExpressionContext[] {
  const collection = evaluate(directive.expression, context, at);
  const items: Value[] = Array.isArray(collection)
    ? collection
    : collection instanceof Map
      ? [...collection].map(([key, value]) => dictionary({ key, value }))
      : [];
  return items.map((item) => ({ ...context, names: { ...context.names, [directive.name.toLowerCase()]: item } }));
}

function expandItems(items: Node[], context: ExpressionContext): Node[] {
  const choose = createChooser(context);
  return items.flatMap((item): Node[] => {
    const entry = item.kind === 'map' && item.entries.length === 1 ? item.entries[0]! : undefined;
    const directive = entry && readDirective(entry.key, entry.keyAt);
    if (!directive) {
      const expanded = expandNode(item, context);
      // `- ${{ parameters.steps }}`: a list in a list's place is spliced in.
      return item.kind === 'scalar' && whole.test(item.text) && expanded.kind === 'list' ? expanded.items : [expanded];
    }
    const branch = (inner: ExpressionContext): Node[] => {
      const body = expandNode(entry.value, inner);
      return body.kind === 'list' ? body.items : body.kind === 'scalar' && body.text === '' ? [] : [body];
    };
    if (directive.kind === 'each') return contextsOfEach(directive, context, entry.keyAt).flatMap(branch);
    return directive.kind === 'insert' || choose(directive, entry.keyAt) ? branch(context) : [];
  });
}

function expandEntries(entries: Entry[], context: ExpressionContext): Entry[] {
  const choose = createChooser(context);
  return entries.flatMap((entry): Entry[] => {
    const directive = readDirective(entry.key, entry.keyAt);
    if (!directive)
      return [{ ...entry, key: expandText(entry.key, context, entry.keyAt), value: expandNode(entry.value, context) }];
    const branch = (inner: ExpressionContext): Entry[] => {
      const body = expandNode(entry.value, inner);
      if (body.kind === 'map') return body.entries;
      if (body.kind === 'scalar' && body.text === '') return [];
      throw new PipelineFileError(`Expected a mapping below '${entry.key}'.`, entry.value.at);
    };
    if (directive.kind === 'each') return contextsOfEach(directive, context, entry.keyAt).flatMap(branch);
    return directive.kind === 'insert' || choose(directive, entry.keyAt) ? branch(context) : [];
  });
}
