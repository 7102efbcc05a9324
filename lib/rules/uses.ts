import { type CelNode, calledBy, childrenOf, isNode } from './cel-node.ts';
import { RuleProblem } from './rule-problem.ts';

/** What of a metric a rule takes when it does not take its last value. */
export type Pick = { kind: OverTime } | { kind: 'at'; step: number } | { kind: OverNames };

/** Functions of all values that were logged over time; `at` takes the one that was logged at a step. */
export type OverTime = (typeof OVER_TIME)[number];

/** Functions of the metrics whose names match a path with `*` in it. */
export type OverNames = (typeof OVER_NAMES)[number];

export function isOverNames(pick: Pick): pick is { kind: OverNames } {
  return OVER_NAMES.some((kind) => kind === pick.kind);
}

/** A value that a rule names: `metrics.auc`, `metrics.slices["age>60"].recall`, `lowest(metrics.loss)`. */
export interface ValueUse {
  /** The variable: `metrics`. */
  of: string;
  /** `['slices', 'age>60', 'recall']` */
  path: string[];
  pick?: Pick;
  /** What it is called in tables: `slices.age>60.recall`, `lowest(loss)`. */
  name: string;
  /** By which the condition reads it. */
  key: string;
  /** Offset of the name in the rule's text, for the caret. */
  offset: number;
  /** The rule asks with `has(...)` whether it is there. */
  optional: boolean;
  /** The rule asks with `isNaN(...)` or `isFinite(...)` what it is. */
  guarded: boolean;
  /** It asks with `isFinite(...)`, so that the infinities are meant as well. */
  guardsInfinities: boolean;
}

/** What an expression reads of its variables. */
export interface Uses {
  named: ValueUse[];
  /** Variables that are read as a whole or by computed names, as in `metrics.all(k, metrics[k] < 1)`. */
  whole: string[];
}

/** Functions about a value instead of the value's size: they decide what a missing or odd value means. */
export const GUARDS = ['has', 'isNaN', 'isFinite'];

const OVER_TIME = ['lowest', 'highest'] as const;
const OVER_NAMES = ['min', 'max', 'spread', 'ratio'] as const;

/** Functions whose argument is the name of a metric instead of its value. */
export const PICKS: readonly string[] = [...OVER_TIME, 'at', ...OVER_NAMES];

/** The variable that has the named values of `metrics`; no rule can name it. */
export function namedVariable(of: string): string {
  return of + BY_NAME;
}

const BY_NAME = ' by name';

/** Of a node that reads one value, which that is, by variable and `key` of its use; undefined for others. @param node of a tree whose uses are bound */
export function boundKey(node: CelNode): string | undefined {
  if (PICKS.includes(calledBy(node) ?? '')) return boundKey(childrenOf(node)[0]!);
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [target, key] = node.args as [CelNode, string | CelNode];
  const of = target.op === 'id' ? String(target.args) : '';
  if (!of.endsWith(BY_NAME)) return undefined;
  return `${of.slice(0, -BY_NAME.length)} ${typeof key === 'string' ? key : String(key.args)}`;
}

/**
 * Finds what a tree reads, and changes the tree so that each named value is read by its key: `metrics.a.b` and
 * `lowest(metrics.a)` are no values that CEL could find by itself.
 */
export function bindUses(root: CelNode, variables: readonly string[]): Uses {
  const named: ValueUse[] = [];
  const whole = new Set<string>();
  const visit = (node: CelNode, within: string | undefined): void => {
    const picked = pickedBy(node, variables);
    const chain = picked?.chain ?? chainOf(node, variables);
    if (chain) {
      const use = useOf(chain, picked?.pick, within);
      bind(chain, use.key, within === 'has');
      if (picked) node.setMeta('alternate', chain.node);
      named.push(use);
      return;
    }
    if (node.op === 'id' && variables.includes(String(node.args))) whole.add(String(node.args));
    const call = calledBy(node);
    for (const child of childrenOf(node)) visit(child, call !== undefined && GUARDS.includes(call) ? call : within);
  };
  visit(root, undefined);
  return { named: withGuards(named), whole: [...whole] };
}

/** A value that is asked for with `has` anywhere may be missing everywhere; the same for what `isNaN` and `isFinite` ask. */
export function withGuards(uses: readonly ValueUse[], all: readonly ValueUse[] = uses): ValueUse[] {
  const keys = (is: 'optional' | 'guarded' | 'guardsInfinities') =>
    new Set(all.filter((use) => use[is]).map(({ of, key }) => `${of} ${key}`));
  const [optional, guarded, infinities] = [keys('optional'), keys('guarded'), keys('guardsInfinities')];
  return uses.map((use) => ({
    ...use,
    optional: optional.has(`${use.of} ${use.key}`),
    guarded: guarded.has(`${use.of} ${use.key}`),
    guardsInfinities: infinities.has(`${use.of} ${use.key}`),
  }));
}

interface Chain {
  node: CelNode;
  variable: CelNode;
  of: string;
  path: string[];
  offset: number;
}

/** `metrics.name`, `metrics["name"]` or a longer path, if the node is one. */
function chainOf(node: CelNode, variables: readonly string[]): Chain | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [target, key] = node.args as [CelNode, string | CelNode];
  const name = typeof key === 'string' ? key : key.op === 'value' ? String(key.args) : undefined;
  if (name === undefined) return undefined;
  const offset = typeof key === 'string' ? node.pos : key.start + 1;
  const of = target.op === 'id' ? variables.find((variable) => variable === target.args) : undefined;
  if (of !== undefined) return { node, variable: target, of, path: [name], offset };
  const inner = chainOf(target, variables);
  return inner && { ...inner, node, path: [...inner.path, name], offset };
}

function pickedBy(node: CelNode, variables: readonly string[]): { pick: Pick; chain: Chain } | undefined {
  const kind = calledBy(node);
  if (kind === undefined || !PICKS.includes(kind)) return undefined;
  const given = (node.args as [string, unknown[]])[1];
  const [first, second] = given;
  const chain = isNode(first) ? chainOf(first, variables) : undefined;
  const isOfNames = isOverNames({ kind } as Pick);
  const step = isNode(second) && second.op === 'value' ? Number(second.args) : Number.NaN;
  const isRight =
    chain !== undefined &&
    chain.path.includes('*') === isOfNames &&
    (kind === 'at' ? Number.isInteger(step) && given.length === 2 : given.length === 1);
  if (!isRight) {
    throw new RuleProblem(`${kind}(...) is used as in ${exampleOf(kind)}.`, node.start);
  }
  return { chain, pick: (kind === 'at' ? { kind, step } : { kind }) as Pick };
}

/** How a function of a value is used: `lowest(metrics.loss)`. */
export function exampleOf(call: string, variable = 'metrics'): string {
  if (isOverNames({ kind: call } as Pick)) return `${call}(${variable}.slices["*"].recall)`;
  return call === 'at' ? `at(${variable}.loss, 100)` : `${call}(${variable}.${call === 'has' ? 'f1' : 'loss'})`;
}

function useOf(chain: Chain, pick: Pick | undefined, within: string | undefined): ValueUse {
  const { of, path, offset } = chain;
  if (!pick && path.includes('*'))
    throw new RuleProblem(
      "a name with '*' has many values; put it into min(...), max(...), spread(...) or ratio(...).",
      offset,
    );
  return {
    ...namedUse(of, path, pick),
    offset,
    optional: within === 'has',
    guarded: within === 'isNaN' || within === 'isFinite',
    guardsInfinities: within === 'isFinite',
  };
}

/** A use by its path; neither optional nor guarded. */
export function namedUse(of: string, path: string[], pick?: Pick): ValueUse {
  const plain = path.join('.');
  const name = !pick ? plain : pick.kind === 'at' ? `at(${plain}, ${pick.step})` : `${pick.kind}(${plain})`;
  const key = JSON.stringify([pick ?? '', ...path]);
  const asks = { optional: false, guarded: false, guardsInfinities: false };
  return { of, path, ...(pick ? { pick } : {}), name, key, offset: 0, ...asks };
}

function bind({ node, variable, of }: Chain, key: string, isInHas: boolean): void {
  variable.args = namedVariable(of);
  const index = (node.args as unknown[])[1];
  if (isNode(index) && !isInHas) {
    index.args = key;
    node.args = [variable, index];
    return;
  }
  // `has` takes a field alone.
  node.op = '.';
  node.args = [variable, key];
}
