import { formatDuration } from '../../../lib/core/duration.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { goldenTable, healthTable, smokeTable } from '../../../lib/report/rollout-report.ts';
import { bake } from '../../../lib/rollout/bake.ts';
import type { Measured } from '../../../lib/rollout/health.ts';
import type { RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import type { RolloutChecks } from '../../../lib/rollout/roll-out.ts';
import type { Scorer } from '../../../lib/rollout/scoring.ts';
import { type GoldenResult, replayGoldenData, runSmokeTests, type SmokeResult } from '../../../lib/rollout/smoke.ts';
import type { SmokeTest } from '../../../lib/rollout/smoke-file.ts';
import { liveDeployment } from '../../../lib/rollout/traffic.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { sayDone } from './say-waiting.ts';

/** What is sent to a deployment before and while it serves. */
export interface Samples {
  smoke: readonly SmokeTest[];
  golden: readonly unknown[];
}

/** What the checks of a rollout have found, for the report. */
export interface Findings {
  smoke: SmokeResult[];
  golden: GoldenResult | undefined;
  baked: { percent: number; measured: Measured }[];
  /** The job that tried a batch deployment, once it had written its outputs. */
  trial: string | undefined;
}

/** The way to the endpoint, which may have an address only when it has a deployment. */
export interface ScorerPorts {
  open: () => Promise<Scorer>;
  hasAddress: () => Promise<boolean>;
}

/** The checks of a rollout, which print what they find. */
export function rolloutChecks(
  plan: RolloutPlan,
  samples: Samples,
  { open: scorer, hasAddress }: ScorerPorts,
  inputs: Inputs,
  ports: Ports,
): RolloutChecks & { findings: Findings } {
  const { pipeline, clock } = ports;
  const { deployment } = plan;
  const live = liveDeployment({ ...plan.before, [deployment]: 0 });
  const findings: Findings = { smoke: [], golden: undefined, baked: [], trial: undefined };
  const replay = goldenReplay(samples.golden, { live, candidate: deployment }, { scorer, findings }, inputs, ports);
  return {
    findings,
    async prepare() {
      if (samples.smoke.length + samples.golden.length > 0 && (await hasAddress())) await scorer();
    },
    async smoke(signal) {
      const { smoke } = samples;
      if (smoke.length === 0) pipeline.say(messages.NoSmokeTests);
      const say = sayDone(smoke.length, ports);
      const tell = (done: number): void => say(done, 'smoke test');
      const results =
        smoke.length === 0 ? [] : await runSmokeTests(await scorer(), deployment, smoke, { signal, tell });
      findings.smoke = results;
      if (results.length > 0) pipeline.table(smokeTable(results));
      const failed = results.filter(({ problems }) => problems.length > 0);
      const [first] = failed;
      if (!first) return replay(signal);
      const { test, problems } = first;
      const counts = { failed: failed.length, total: results.length };
      return pipeline.message(messages.SmokeFailed, { ...counts, test: test.name, problem: problems.join('; ') });
    },
    async bake(percent, signal) {
      const sent = samplesFor(samples);
      const baking = {
        scorer: sent.length === 0 ? undefined : await scorer(),
        candidate: deployment,
        // At 100 % it is still there, and the header reaches it.
        live,
        samples: sent,
        rules: inputs.health,
        milliseconds: plan.bakeMs,
        tolerance: inputs.tolerance,
      };
      pipeline.say(messages.Baking, { deployment, percent, duration: formatDuration(plan.bakeMs) });
      const { measured, failed } = await bake(baking, {
        clock,
        signal,
        tell: (now, left) => {
          if (now) pipeline.table(healthTable(now));
          pipeline.say(messages.StillBaking, { deployment, percent, left: formatDuration(left) });
        },
      }).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return { measured: undefined, failed: [messageOf(error)] };
      });
      if (measured) {
        findings.baked.push({ percent, measured });
        pipeline.table(healthTable(measured));
      }
      if (failed.length === 0) return undefined;
      return pipeline.message(messages.Unhealthy, { deployment, percent, reasons: failed.join('; ') });
    },
  };
}

/** Sends the golden data to both deployments, and says what is wrong; undefined when nothing is. */
function goldenReplay(
  golden: readonly unknown[],
  { live, candidate: deployment }: { live: string | undefined; candidate: string },
  { scorer, findings }: { scorer: () => Promise<Scorer>; findings: Findings },
  inputs: Inputs,
  ports: Ports,
): (signal: AbortSignal) => Promise<string | undefined> {
  const { pipeline } = ports;
  return async (signal) => {
    if (golden.length === 0) return undefined;
    if (live === undefined) {
      pipeline.say(messages.NobodyToCompareWith, { deployment });
      return undefined;
    }
    const total = golden.length;
    const say = sayDone(total, ports);
    const tell = (done: number): void => say(done, 'golden request');
    const both = { live, candidate: deployment };
    const { tolerance } = inputs;
    const result = await replayGoldenData(await scorer(), both, golden, { tolerance, signal, tell });
    findings.golden = result;
    pipeline.say(messages.GoldenReplayed, { requests: total, live, deployment, differing: result.differing });
    if (result.examples.length > 0) pipeline.table(goldenTable(result));
    return goldenFailure(result, both, inputs, pipeline);
  };
}

function goldenFailure(
  { requests, differing, unanswered, problem }: GoldenResult,
  { live, candidate: deployment }: { live: string; candidate: string },
  { mostDifferences: most }: Inputs,
  pipeline: Ports['pipeline'],
): string | undefined {
  if (unanswered === requests)
    return pipeline.message(messages.GoldenUnanswered, { requests, live, deployment, problem });
  if ((100 * differing) / requests <= most) return undefined;
  return pipeline.message(messages.GoldenFailed, { differing, requests, live, most });
}

/** While a deployment is watched its smoke tests are sent again and again; without any, the golden requests. */
function samplesFor({ smoke, golden }: Samples): readonly SmokeTest[] {
  if (smoke.length > 0) return smoke;
  return golden.map((request, i) => ({
    name: `golden request ${i + 1}`,
    request,
    status: undefined,
    equals: [],
    within: [],
    schema: undefined,
    latency: undefined,
  }));
}
