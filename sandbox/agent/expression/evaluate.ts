/** Evaluates expressions: `condition:`, `$[ ]` and `${{ }}`. */
import { type ExpressionFunction, findFunction } from './functions.ts';
import { type Expression, ExpressionError, parseExpression } from './parse.ts';
import { lookup, toNumber, toText, type Value } from './values.ts';

/** What an expression may refer to at its place in the file. */
export interface ExpressionContext {
  /** `variables`, `dependencies`, `parameters`, ... by lower-case name. */
  names: Record<string, Value>;
  /** Functions beyond the general ones (`succeeded`, `counter`, ...) by lower-case name. */
  functions?: Record<string, ExpressionFunction>;
}

function indexInto(target: Value, key: Value): Value {
  if (target instanceof Map) return lookup(target, toText(key));
  if (Array.isArray(target)) {
    const index = toNumber(key);
    return index === undefined ? null : (target[Math.trunc(index)] ?? null);
  }
  return null;
}

/** `x.*.y`: what follows a wildcard applies to each item. */
interface Filtered {
  items: Value[];
}

function isFiltered(value: Value | Filtered): value is Filtered {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}

function evaluateNode(node: Expression, context: ExpressionContext, text: string): Value | Filtered {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name': {
      const value = context.names[node.name.toLowerCase()];
      if (value === undefined) throw new ExpressionError(`Unrecognized value: '${node.name}'.`, text, node.position);
      return value;
    }
    case 'index': {
      const target = evaluateNode(node.target, context, text);
      if (node.key === '*') {
        const values = isFiltered(target) ? target.items : [target];
        return { items: values.flatMap((v) => (Array.isArray(v) ? v : v instanceof Map ? [...v.values()] : [])) };
      }
      const key = settle(evaluateNode(node.key, context, text));
      if (!isFiltered(target)) return indexInto(target, key);
      return { items: target.items.map((item) => indexInto(item, key)).filter((item) => item !== null) };
    }
    case 'call': {
      const parameters = node.parameters.map((item) => () => settle(evaluateNode(item, context, text)));
      const special = context.functions?.[node.name.toLowerCase()];
      if (special) return special(parameters);
      const general = findFunction(node.name);
      if (!general) throw new ExpressionError(`Unrecognized value: '${node.name}'.`, text, node.position);
      if (parameters.length < general.min || parameters.length > general.max)
        throw new ExpressionError(`Wrong number of parameters for function '${node.name}'.`, text, node.position);
      return general.call(parameters);
    }
  }
}

function settle(value: Value | Filtered): Value {
  return isFiltered(value) ? value.items : value;
}

/** The value of `text`; throws an ExpressionError for unknown names and functions and for impossible conversions. */
export function evaluateExpression(text: string, context: ExpressionContext): Value {
  return settle(evaluateNode(parseExpression(text), context, text));
}

/** Checks syntax, names and functions without evaluating: what the service does when it reads the file. */
export function checkExpression(text: string, names: readonly string[], functions: readonly string[]): void {
  const visit = (node: Expression): void => {
    if (node.kind === 'name' && !names.includes(node.name.toLowerCase()))
      throw new ExpressionError(`Unrecognized value: '${node.name}'.`, text, node.position);
    if (node.kind === 'index') {
      visit(node.target);
      if (node.key !== '*') visit(node.key);
    }
    if (node.kind !== 'call') return;
    const general = findFunction(node.name);
    if (!general && !functions.includes(node.name.toLowerCase()))
      throw new ExpressionError(`Unrecognized value: '${node.name}'.`, text, node.position);
    const count = node.parameters.length;
    if (general && (count < general.min || count > general.max))
      throw new ExpressionError(`Wrong number of parameters for function '${node.name}'.`, text, node.position);
    node.parameters.forEach(visit);
  };
  visit(parseExpression(text));
}
