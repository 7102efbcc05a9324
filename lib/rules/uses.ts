import { type CelNode, isNode, partsOf } from './cel.ts';

/** A value that a rule names: `metrics.auc`. */
export interface ValueUse {
  /** The variable: `metrics`. */
  of: string;
  name: string;
  /** Offset of the name in the rule's text, for the caret. */
  offset: number;
  /** Inside `has(...)`, where the value may be missing. */
  optional: boolean;
}

/** What an expression reads of its variables. */
export interface Uses {
  /** Values that are named. */
  named: ValueUse[];
  /** Variables that are read as a whole or by computed names, as in `metrics.all(k, metrics[k] < 1)`. */
  whole: string[];
}

/** What a tree reads of these variables. A value that is asked for with `has` anywhere may be missing everywhere in it. */
export function usesOf(node: CelNode, variables: readonly string[]): Uses {
  const named = namedUses(node, variables, false);
  const guarded = new Set(named.filter(({ optional }) => optional).map(({ of, name }) => `${of}.${name}`));
  return {
    named: named.map((use) => ({ ...use, optional: guarded.has(`${use.of}.${use.name}`) })),
    whole: [...new Set(wholeVariables(node, variables))],
  };
}

/** `metrics.name` or `metrics["name"]`, if the node is one. */
function namedValue({ op, args, end }: CelNode, variables: readonly string[]): Omit<ValueUse, 'optional'> | undefined {
  if (op !== '.' && op !== '[]') return undefined;
  const [target, key] = args as [CelNode, string | CelNode];
  const name = typeof key === 'string' ? key : key.op === 'value' ? String(key.args) : undefined;
  const of = variableOf(target, variables);
  return of !== undefined && name !== undefined
    ? { of, name, offset: end - name.length - (op === '[]' ? 2 : 0) }
    : undefined;
}

function variableOf({ op, args }: CelNode, variables: readonly string[]): string | undefined {
  return op === 'id' ? variables.find((name) => name === args) : undefined;
}

function wholeVariables(value: unknown, variables: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => wholeVariables(item, variables));
  if (!isNode(value) || namedValue(value, variables)) return [];
  const of = variableOf(value, variables);
  return of === undefined ? partsOf(value).flatMap((part) => wholeVariables(part, variables)) : [of];
}

function namedUses(value: unknown, variables: readonly string[], optional: boolean): ValueUse[] {
  if (Array.isArray(value)) return value.flatMap((item) => namedUses(item, variables, optional));
  if (!isNode(value)) return [];
  const named = namedValue(value, variables);
  if (named) return [{ ...named, optional }];
  const parts = partsOf(value);
  const inHas = value.op === 'call' && parts[0] === 'has';
  return parts.flatMap((part) => namedUses(part, variables, optional || inHas));
}
