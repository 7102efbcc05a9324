import { formatDuration } from '../core/duration.ts';
import { escapeLine, escapeMarkdown, markdownTable, type Table } from '../core/table.ts';
import type { Measured } from '../rollout/health.ts';
import type { RolloutPlan } from '../rollout/plan-rollout.ts';
import type { GoldenResult, SmokeResult } from '../rollout/smoke.ts';
import { describeTraffic, type Traffic, withShare } from '../rollout/traffic.ts';

/** What will be checked at each step, for the table of the plan. */
export interface PlannedChecks {
  smokeTests: number;
  goldenRequests: number;
  /** Health rules as they were written. */
  rules: readonly string[];
}

/** What becomes of what is there under the deployment's name. */
export const CHANGES: Readonly<Record<RolloutPlan['change'], string>> = {
  create: 'create',
  update: 'change',
  replace: 'delete what failed, then create',
  none: 'nothing, it is there and is the same',
};

/** What is done to the endpoint itself before its deployments: a step, or none. */
export function endpointSteps({ endpoint, createEndpoint, planned }: RolloutPlan): string[] {
  if (createEndpoint) return [`create the endpoint ${endpoint}`];
  return planned.isBroken ? [`delete the endpoint ${endpoint}, whose creation failed, and create it again`] : [];
}

type Row = [step: string, traffic: Traffic, details: string];

/** Everything that a rollout does, one row per step. */
export function rolloutTable(plan: RolloutPlan, checks: PlannedChecks): Table {
  const { deployment, before, shares, mirror, bakeMs, to, remove, change, earlierRollout } = plan;
  const watch = [formatDuration(bakeMs), ...checks.rules].join('; ');
  const resumed = earlierRollout?.how === 'resume' ? earlierRollout.saved : undefined;
  // What was done is not done again: a rollout goes on from the share that the deployment has.
  const now = resumed ? plan.planned.traffic : before;
  const has = now[deployment] ?? 0;
  const steps = shares
    .filter((share) => share > has && share <= to)
    .flatMap((share): Row[] => {
      const traffic = withShare(before, deployment, share);
      return [
        [`give ${deployment} ${share} %`, traffic, ''],
        [`watch ${deployment}`, traffic, watch],
      ];
    });
  // One that waited has proved itself at its share.
  if (has > 0 && resumed?.phase !== 'waiting') steps.unshift([`watch ${deployment}`, now, watch]);
  const smoke = [
    checks.smokeTests > 0 ? counted(checks.smokeTests, 'smoke test') : 'no smoke tests',
    ...(checks.goldenRequests > 0 ? [counted(checks.goldenRequests, 'golden request')] : []),
  ].join(', ');
  const removals = to === 100 ? remove.map((name): Row => [`delete ${name}`, { [deployment]: 100 }, '']) : [];
  // Killed after its release: nothing is left but what it was to delete.
  const isReleased = resumed?.phase === 'released' && change === 'none';
  const rows: Row[] = isReleased
    ? removals
    : [
        ...endpointSteps(plan).map((step): Row => [step, {}, '']),
        [
          earlierRollout?.how === 'undo' ? `undo the rollout of ${earlierRollout.saved.to}` : 'save the traffic',
          now,
          '',
        ],
        [`deploy ${deployment}`, now, CHANGES[change]],
        [`test ${deployment}`, now, smoke],
        ...(mirror > 0 && has === 0 ? [[`copy ${mirror} % of the requests to ${deployment}`, now, watch] as Row] : []),
        ...steps,
        ...(to < 100 ? [['wait', steps.at(-1)?.[1] ?? now, ''] as Row] : []),
        ...removals,
      ];
  return {
    columns: ['#', 'Step', 'Traffic', 'Details'],
    rows: rows.map(([step, traffic, details], i) => [String(i + 1), step, describeTraffic(traffic), details]),
    right: [0],
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Smoke tests with their results. */
export function smokeTable(results: readonly SmokeResult[]): Table {
  return {
    columns: ['Smoke test', 'Result', 'Status', 'Time', 'Problem'],
    rows: results.map(({ test, scored, problems }) => [
      test.name,
      problems.length === 0 ? 'pass' : 'fail',
      String(scored.status || 'none'),
      `${Math.round(scored.milliseconds)} ms`,
      problems.join('; '),
    ]),
    right: [2, 3],
  };
}

/** Differences between the answers of the live deployment and the new one. */
export function goldenTable({ examples }: GoldenResult): Table {
  return {
    columns: ['Request', 'Where', 'Live', 'New'],
    rows: examples.map(({ request, path, live, candidate }) => [String(request), path, live, candidate]),
    right: [0],
  };
}

/** What was measured while a deployment was watched. */
export function healthTable(measured: Measured): Table {
  const { candidate, live, answers } = measured;
  const row = (name: string, health: Measured['candidate']): string[] => [
    name,
    String(health.requests),
    `${(100 * health.errorRate).toFixed(1)} %`,
    ...[health.p50, health.p95, health.p99].map((time) => `${Math.round(time)} ms`),
    name === 'candidate' && answers.differing !== undefined ? `${(100 * answers.differing).toFixed(1)} %` : '',
  ];
  return {
    columns: ['', 'Requests', 'Errors', 'p50', 'p95', 'p99', 'Answers that differ'],
    rows: [row('candidate', candidate), ...(live ? [row('live', live)] : [])],
    right: [1, 2, 3, 4, 5, 6],
  };
}

/** What happened, for the run's summary page. */
export interface RolloutSummary {
  title: string;
  plan: RolloutPlan;
  traffic: Traffic;
  why: string;
  smoke: readonly SmokeResult[];
  golden: GoldenResult | undefined;
  /** What was measured at each share. */
  baked: readonly { percent: number; measured: Measured }[];
}

/** A rollout as Markdown. */
export function rolloutMarkdown(summary: RolloutSummary): string {
  const { title, plan, traffic, why, smoke, golden, baked } = summary;
  const section = (heading: string, table: Table): string[] => ['', `**${heading}**`, '', ...markdownTable(table)];
  return [
    `### ${escapeLine(title)}`,
    '',
    `Endpoint ${escapeMarkdown(plan.endpoint)}, deployment ${escapeMarkdown(plan.deployment)}. Traffic before: ${escapeMarkdown(describeTraffic(plan.before))}; now: ${escapeMarkdown(describeTraffic(traffic))}.`,
    ...(why && !title.includes(why) ? ['', escapeMarkdown(why)] : []),
    ...(smoke.length > 0 ? section('Smoke tests', smokeTable(smoke)) : []),
    ...(golden ? ['', `${golden.differing} of ${golden.requests} golden requests have other answers.`] : []),
    ...(golden && golden.examples.length > 0 ? ['', ...markdownTable(goldenTable(golden))] : []),
    ...baked.flatMap(({ percent, measured }) => section(`At ${percent} %`, healthTable(measured))),
    '',
  ].join('\n');
}
