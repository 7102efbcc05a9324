import type { Commit } from '../devops/git.ts';
import type { WorkItem } from '../devops/work-items.ts';
import type { Lineage, LineageNode, Missing } from './lineage.ts';
import { type LineageSummary, summaryOf } from './summary.ts';

/** What came between two models, as Azure DevOps tells it; see `findBetween`. */
export interface Between {
  /** Newest first. */
  commits: Commit[];
  /** Page that shows the difference of the code. */
  page?: string | undefined;
  /** True when the commits lead from the newer model back to the older one: it was built from later code. */
  isBackwards: boolean;
  workItems: WorkItem[];
  missing: Missing[];
}

/** One thing that two models have in common, and its versions; undefined where one does not have it. */
export interface Change {
  name: string;
  before: LineageNode | undefined;
  after: LineageNode | undefined;
}

/** The difference of two lineages. */
export interface LineageComparison {
  version: 1;
  before: LineageSummary;
  after: LineageSummary;
  /** Data by the name of the input, when its version is another one. */
  data: Change[];
  /** Environment, job and commit, when they are others. */
  others: Change[];
  between: Between;
}

const NOTHING: Between = { commits: [], isBackwards: false, workItems: [], missing: [] };

/**
 * What is different between two models. Pure.
 * @param between commits and work items, which only Azure DevOps knows
 */
export function compareLineage(before: Lineage, after: Lineage, between: Between = NOTHING): LineageComparison {
  const [old, young] = [summaryOf(before), summaryOf(after)];
  const inputs = [...new Set([...old.data.keys(), ...young.data.keys()])].sort();
  const data = inputs.map((name) => ({ name, before: old.data.get(name), after: young.data.get(name) }));
  const others = (['commit', 'environment', 'job'] as const).map((name) => ({
    name,
    before: old[name],
    after: young[name],
  }));
  return {
    version: 1,
    before: old,
    after: young,
    data: data.filter(isChanged),
    others: others.filter(isChanged),
    between,
  };
}

function isChanged({ before, after }: Change): boolean {
  return before?.id !== after?.id;
}
