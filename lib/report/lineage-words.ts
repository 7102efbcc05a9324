import { type FilledMessage, fill, type Message } from '../core/message.ts';
import type { LineageLink, LineageNode, NodeKind, Relation } from '../lineage/lineage.ts';
import { messages } from './messages.ts';

/** Puts a sentence into the agent's language. */
export type Translate = (sentence: FilledMessage) => string;

const RELATIONS: Record<Exclude<Relation, 'read'>, FilledMessage> = {
  serves: fill(messages.LineageServes),
  deployedBy: fill(messages.LineageDeployedBy),
  registeredBy: fill(messages.LineageRegisteredBy),
  copiedFrom: fill(messages.LineageCopiedFrom),
  madeBy: fill(messages.LineageMadeBy),
  partOf: fill(messages.LineagePartOf),
  ranIn: fill(messages.LineageRanIn),
  ranCode: fill(messages.LineageRanCode),
  submittedBy: fill(messages.LineageSubmittedBy),
  deploys: fill(messages.LineageDeploys),
  builtFrom: fill(messages.LineageBuiltFrom),
  broughtBy: fill(messages.LineageBroughtBy),
  worksOn: fill(messages.LineageWorksOn),
  servedBy: fill(messages.LineageServedBy),
  registeredAs: fill(messages.LineageRegisteredAs),
  submitted: fill(messages.LineageSubmitted),
  deployed: fill(messages.LineageDeployed),
  builtBy: fill(messages.LineageBuiltBy),
  isCodeOf: fill(messages.LineageIsCodeOf),
};

/** `made by`, `read as raw:`; what follows is the thing itself. */
export function relationText({ relation, detail }: Pick<LineageLink, 'relation' | 'detail'>, say: Translate): string {
  if (relation === 'read') return say(fill(messages.LineageRead, { detail: detail ?? '' }));
  if (relation === 'serves' && detail) return say(fill(messages.LineageServesShare, { detail }));
  return say(RELATIONS[relation]);
}

const KINDS: Record<NodeKind, Message<`${string}{title}`>> = {
  endpoint: messages.LineageEndpoint,
  deployment: messages.LineageDeployment,
  model: messages.LineageModel,
  job: messages.LineageJob,
  data: messages.LineageData,
  environment: messages.LineageEnvironment,
  code: messages.LineageCode,
  build: messages.LineageBuild,
  release: messages.LineageRelease,
  commit: messages.LineageCommit,
  pullRequest: messages.LineagePullRequest,
  workItem: messages.LineageWorkItem,
};

/** `the commit 1a2b3c4d`. @param title as it is to be shown; in Markdown it is a link */
export function nodeText({ kind, title }: Pick<LineageNode, 'kind' | 'title'>, say: Translate): string {
  return say(fill(KINDS[kind], { title }));
}

/** What else people want to know of a thing, in the order of importance: ['Use tenure', 'Ada', '2026-11-27'] of a commit. */
export function nodeDetails({ kind, facts }: Pick<LineageNode, 'kind' | 'facts'>, say: Translate): string[] {
  const named = (...names: string[]): string[] => names.flatMap((name) => facts[name] ?? []);
  switch (kind) {
    case 'endpoint':
      return named('traffic');
    case 'deployment':
      return named('instanceType');
    case 'model':
      return named('registry', 'stage');
    case 'job':
      return named('status', 'experiment');
    case 'build':
    case 'release': {
      const person = facts.requestedFor;
      return [...named('pipeline'), ...(person ? [say(fill(messages.LineageRequestedFor, { person }))] : [])];
    }
    case 'commit':
      return named('message', 'author', 'date');
    case 'pullRequest':
      return named('author');
    case 'workItem':
      return named('type', 'state');
    default:
      return [];
  }
}
