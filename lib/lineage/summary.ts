import type { Lineage, LineageNode, NodeKind, Relation } from './lineage.ts';

/** The main line of a lineage: what was trained, from what, by whom. What is not known is undefined or empty. */
export interface LineageSummary {
  /** The model that the lineage is about, not the version that it was copied from; undefined when it begins at a job. */
  model: LineageNode | undefined;
  /** The job at the top that made it: the pipeline of a step. */
  job: LineageNode | undefined;
  /** The build or release that submitted the job; of a job that names none, the one that registered the model. */
  run: LineageNode | undefined;
  commit: LineageNode | undefined;
  pullRequest: LineageNode | undefined;
  workItems: LineageNode[];
  environment: LineageNode | undefined;
  /** Data that the job read, by the name of the input. */
  data: Map<string, LineageNode>;
}

/** The main line of a lineage. Pure. */
export function summaryOf(lineage: Lineage): LineageSummary {
  const follow = (from: readonly LineageNode[], relation: Relation): LineageNode[] =>
    from.flatMap(({ id }) =>
      lineage.links
        .filter((link) => link.from === id && link.relation === relation)
        .flatMap((link) => nodeOf(lineage, link.to)),
    );
  const chain = (start: LineageNode | undefined, relation: Relation): LineageNode[] => {
    const found = start ? [start] : [];
    for (const node of found) found.push(...follow([node], relation).filter((next) => !found.includes(next)));
    return found;
  };
  const [start] = lineage.nodes;
  const models = start?.kind === 'job' ? [] : chain(firstOf(lineage, 'model'), 'copiedFrom');
  const isOrigin = start !== undefined && ['build', 'release', 'commit'].includes(start.kind);
  const made =
    start?.kind === 'job' ? start : (follow(models, 'madeBy')[0] ?? (isOrigin ? firstOf(lineage, 'job') : undefined));
  const jobs = chain(made, 'partOf');
  const runs = [...follow(jobs, 'submittedBy'), ...follow(models, 'registeredBy')];
  const [commit] = [
    ...follow(runs.slice(0, 1), 'builtFrom'),
    ...follow(jobs, 'builtFrom'),
    ...follow(runs, 'builtFrom'),
  ];
  const ids = new Set(jobs.map(({ id }) => id));
  const reads = lineage.links.filter(({ from, relation }) => relation === 'read' && ids.has(from));
  return {
    model: models[0],
    job: jobs.at(-1),
    run: runs[0],
    commit,
    pullRequest: follow(commit ? [commit, ...runs] : runs, 'broughtBy')[0],
    workItems: unique(follow(runs, 'worksOn')),
    environment: follow(jobs, 'ranIn')[0],
    data: new Map(
      reads.flatMap(({ detail = '', to }) =>
        nodeOf(lineage, to).flatMap((node) => (node.kind === 'data' ? [[detail, node] as const] : [])),
      ),
    ),
  };
}

function nodeOf({ nodes }: Lineage, id: string): LineageNode[] {
  return nodes.filter((node) => node.id === id);
}

function firstOf({ nodes }: Lineage, kind: NodeKind): LineageNode | undefined {
  return nodes.find((node) => node.kind === kind);
}

function unique(nodes: readonly LineageNode[]): LineageNode[] {
  return [...new Map(nodes.map((node) => [node.id, node])).values()];
}
