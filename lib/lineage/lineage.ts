/** Kinds of things that a lineage is made of. */
export type NodeKind =
  | 'endpoint'
  | 'deployment'
  | 'model'
  | 'job'
  | 'data'
  | 'environment'
  | 'code'
  | 'build'
  | 'release'
  | 'commit'
  | 'pullRequest'
  | 'workItem';

/** What one thing has to do with another, read from the first to the second: a model `madeBy` a job. */
export type Relation =
  | 'serves'
  | 'deployedBy'
  | 'registeredBy'
  | 'copiedFrom'
  | 'madeBy'
  | 'partOf'
  | 'read'
  | 'ranIn'
  | 'ranCode'
  | 'submittedBy'
  | 'deploys'
  | 'builtFrom'
  | 'broughtBy'
  | 'worksOn'
  | 'servedBy'
  | 'registeredAs'
  | 'submitted'
  | 'deployed'
  | 'builtBy'
  | 'isCodeOf';

export interface LineageNode {
  kind: NodeKind;
  /** Unique in the lineage: `job:train-1`. */
  id: string;
  /** What people call it: `churn version 7`. */
  title: string;
  /** Its web page. */
  link?: string | undefined;
  /** Everything else that is known, as text: `commit`, `requestedFor`, `author`. */
  facts: Readonly<Record<string, string>>;
}

export interface LineageLink {
  from: string;
  to: string;
  relation: Relation;
  /** More about the relation: the name of an input, a share of traffic. */
  detail?: string | undefined;
}

/** Something that belongs to a lineage and could not be read. */
export interface Missing {
  /** Id of the node that it belongs to. */
  of: string;
  /** `the job train-1` */
  what: string;
  /** Follows a colon: `it does not exist any more`. */
  why: string;
}

/** Which model, job, run, commit, data and people are behind something, as plain data. The first node is where it begins. */
export interface Lineage {
  version: 1;
  nodes: LineageNode[];
  links: LineageLink[];
  missing: Missing[];
}

/** A lineage while it is collected. */
export interface Collector {
  /** Adds a thing and how the one before leads to it. @returns false when it is there already, so that it is walked once */
  add(node: LineageNode, by?: Omit<LineageLink, 'to'>): boolean;
  missing(of: string, what: string, why: string): void;
  /** Does something that may fail: its failure becomes a line, not the end of the walk. */
  attempt<T>(of: string, what: string, work: () => Promise<T>): Promise<T | undefined>;
  readonly lineage: Lineage;
}

/** @param whyNot words a failure of the services; throws what is not theirs */
export function collectLineage(whyNot: (error: unknown) => string): Collector {
  const lineage: Lineage = { version: 1, nodes: [], links: [], missing: [] };
  const missing = (of: string, what: string, why: string): void => void lineage.missing.push({ of, what, why });
  return {
    lineage,
    missing,
    add(node, by) {
      if (by) lineage.links.push({ ...by, to: node.id });
      if (lineage.nodes.some(({ id }) => id === node.id)) return false;
      lineage.nodes.push({ ...node, facts: withoutEmpty(node.facts) });
      return true;
    },
    async attempt(of, what, work) {
      try {
        return await work();
      } catch (error) {
        missing(of, what, whyNot(error));
        return undefined;
      }
    },
  };
}

function withoutEmpty(facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''));
}
