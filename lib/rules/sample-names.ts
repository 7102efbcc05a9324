import { type CelNode, calledBy, childrenOf } from './cel-node.ts';

/** Names of metrics that no rule means. */
const OTHERS = ['some other', 'one more', 'a third', 'Fourth', '5'];
/** A rule over `size` is tried with more metrics than it names, up to this. */
const MOST = 1_000;

/** Chooses the names that metrics have besides those that a rule names, by variable. */
export type ChooseNames = (
  variables: readonly string[],
  next: () => number,
  isComplete: boolean,
) => Record<string, string[]>;

/**
 * Names for the metrics of a rule that reads all of them: those that it has as texts, and others; as many as a rule over
 * `size` needs to be true, and to be false. The variables have the same names as often as names of their own.
 */
export function namesFor(nodes: readonly CelNode[]): ChooseNames {
  const texts = nodes.flatMap(({ op, args }) =>
    op === 'value' && typeof args === 'string' && args !== '' ? [args] : [],
  );
  const meant = [...new Set([...texts, ...nodes.flatMap(matchedBy)])];
  const asksSize = nodes.some(
    (node) => calledBy(node) === 'size' || (node.op === 'rcall' && partName(node) === 'size'),
  );
  const sizes = nodes.flatMap(({ op, args }) =>
    asksSize && op === 'value' && typeof args === 'number' && args > 0 && args <= MOST ? [Math.ceil(args)] : [],
  );
  const counts = [0, 1, 2, OTHERS.length, ...sizes.flatMap((size) => [size, size + 1])];
  return (variables, next, isComplete) => {
    const some = (): string[] => {
      const others = Array.from(
        { length: counts[Math.floor(next() * counts.length)]! },
        (_, index) => OTHERS[index] ?? `metric ${index + 1}`,
      );
      return [...others, ...meant.filter(() => isComplete || next() < 0.5)];
    };
    const [areSame, names] = [next() < 0.5, some()];
    return Object.fromEntries(variables.map((variable) => [variable, areSame ? names : some()]));
  };
}

/** True when a rule asks for names by a pattern for which no name is known: then nobody can say that it always holds. */
export function asksUnknownNames(nodes: readonly CelNode[]): boolean {
  return nodes.some((node) => node.op === 'rcall' && partName(node) === 'matches' && matchedBy(node).length === 0);
}

function partName({ args }: CelNode): unknown {
  return (args as unknown[])[0];
}

/** Names that `k.matches("^val_.*")` is true for, as far as they can be made from the pattern. */
function matchedBy(node: CelNode): string[] {
  if (node.op !== 'rcall' || partName(node) !== 'matches') return [];
  const pattern = childrenOf(node).at(-1)?.args;
  if (typeof pattern !== 'string') return [];
  const plain = (text: string): string =>
    text
      .replace(/\\d/g, '1')
      .replace(/\\w|\./g, 'a')
      .replace(/\[\^?(.)[^\]]*\]/g, '$1')
      .replace(/\{[^}]*\}|[\^$*+?()|\\]/g, '');
  try {
    const expression = new RegExp(pattern);
    const first = pattern.replace(/\(([^()|]*)\|[^()]*\)/g, '$1');
    return [plain(pattern), plain(first), ...pattern.split('|').map(plain)].filter((name) => expression.test(name));
  } catch {
    return [];
  }
}
