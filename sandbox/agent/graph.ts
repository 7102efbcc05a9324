/** Order, dependencies and conditions of stages and of the jobs of a stage. */
import { type ExpressionContext, evaluateExpression } from './expression/evaluate.ts';
import type { ExpressionFunction } from './expression/functions.ts';
import { type Dictionary, dictionary, toBoolean, toText, type Value } from './expression/values.ts';
import type { TaskResult } from './results.ts';

export interface Finished {
  name: string;
  result: TaskResult;
  /** What `dependencies.<name>` is for those that depend on it. */
  value: Dictionary;
}

interface GraphNode {
  name: string;
  dependsOn: string[] | undefined;
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Names of the direct dependencies; without `dependsOn` a stage follows the one before it and a job depends on nothing. */
export function dependenciesOf(node: GraphNode, all: readonly GraphNode[], sequential: boolean): string[] {
  if (node.dependsOn) return node.dependsOn;
  const before = all[all.indexOf(node) - 1];
  return sequential && before ? [before.name] : [];
}

/** The nodes in file order as far as dependencies allow. */
export function inOrder<T extends GraphNode>(nodes: readonly T[], sequential: boolean): T[] {
  const ordered: T[] = [];
  const waiting = [...nodes];
  while (waiting.length > 0) {
    const ready = waiting.findIndex((node) =>
      dependenciesOf(node, nodes, sequential).every((name) => ordered.some((done) => sameName(done.name, name))),
    );
    ordered.push(...waiting.splice(ready, 1));
  }
  return ordered;
}

/** All that lie before the node, directly or not. */
export function ancestorsOf(node: GraphNode, all: readonly GraphNode[], sequential: boolean): string[] {
  const found = new Set<string>();
  const visit = (current: GraphNode): void => {
    for (const name of dependenciesOf(current, all, sequential)) {
      const dependency = all.find((other) => sameName(other.name, name));
      if (!dependency || found.has(dependency.name)) continue;
      found.add(dependency.name);
      visit(dependency);
    }
  };
  visit(node);
  return [...found];
}

const isGood = (result: TaskResult): boolean => result === 'Succeeded' || result === 'SucceededWithIssues';

/** Status functions for a stage or job; without parameters they consider everything before it in the graph. */
export function statusFunctions(ancestors: readonly Finished[], canceled: boolean): Record<string, ExpressionFunction> {
  const chosen = (parameters: (() => Value)[]): TaskResult[] => {
    if (parameters.length === 0) return ancestors.map(({ result }) => result);
    const names = parameters.map((parameter) => toText(parameter()));
    return names.map((name) => ancestors.find((done) => sameName(done.name, name))?.result ?? 'Skipped');
  };
  return {
    always: () => true,
    canceled: () => canceled,
    failed: (parameters) => !canceled && chosen(parameters).includes('Failed'),
    succeeded: (parameters) => !canceled && chosen(parameters).every(isGood),
    succeededorfailed: (parameters) =>
      !canceled && chosen(parameters).every((result) => isGood(result) || result === 'Failed'),
  };
}

export function holds(condition: string | undefined, context: ExpressionContext): boolean {
  return toBoolean(evaluateExpression(condition ?? 'succeeded()', context));
}

export const valuesByName = (finished: readonly Finished[]): Dictionary =>
  dictionary(finished.map(({ name, value }): [string, Value] => [name, value]));
