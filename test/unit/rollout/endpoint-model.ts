import type { Clock } from '../../../lib/core/clock.ts';
import type { EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import { type Desired, planRollout, type RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import { type RolloutEnd, type RolloutPorts, rollOut } from '../../../lib/rollout/roll-out.ts';
import type { RolloutService } from '../../../lib/rollout/rollout-service.ts';
import { readSaved, savedTags } from '../../../lib/rollout/saved-rollout.ts';
import { sumOf, type Traffic } from '../../../lib/rollout/traffic.ts';

/** An endpoint in memory that behaves as the service does, and counts what would hurt users. */
export interface EndpointModel {
  traffic: Traffic;
  mirror: Traffic;
  tags: Record<string, string>;
  exists: boolean;
  /** Content by name. */
  deployments: Map<string, { content: string; isOurs: boolean; createdAt: string }>;
  /** Deployments that could not be made, and those that were deleted and made anew. */
  broken: Set<string>;
  replaced: string[];
  /** What must never happen. */
  violations: string[];
}

export function endpointModel(traffic: Traffic, deployments: Record<string, string>): EndpointModel {
  return {
    traffic,
    mirror: {},
    tags: { team: 'risk' },
    exists: true,
    deployments: new Map(
      Object.entries(deployments).map(([name, content], i) => [
        name,
        { content, isOurs: true, createdAt: `2026-11-0${i + 1}T00:00:00Z` },
      ]),
    ),
    broken: new Set(),
    replaced: [],
    violations: [],
  };
}

export function stateOfModel(model: EndpointModel): EndpointState {
  return {
    name: 'churn',
    isBatch: false,
    exists: model.exists,
    traffic: model.traffic,
    mirrorTraffic: model.mirror,
    provisioningState: model.exists ? 'Succeeded' : '',
    saved: readSaved(model.tags),
    lastModified: { by: 'ada@example.com', at: '' },
    deployments: [...model.deployments].map(([name, { isOurs, createdAt }]) => ({
      name,
      provisioningState: model.broken.has(name) ? 'Failed' : 'Succeeded',
      model: '',
      createdAt,
      isOurs,
    })),
  };
}

/** The service's side of a rollout. @param interrupt is called before and after every write, and may throw */
export function serviceOf(
  model: EndpointModel,
  plan: RolloutPlan,
  content: string,
  interrupt: () => void,
  { locked, unreadable, fails, shown }: Pick<Attempt, 'locked' | 'unreadable' | 'fails' | 'shown'> = {},
): RolloutService {
  let reads = 0;
  let changes = 0;
  const write = async (effect: () => void): Promise<void> => {
    interrupt();
    effect();
    check(model);
    interrupt();
  };
  return {
    read: async () => {
      reads++;
      if (unreadable && reads >= unreadable.from && reads < unreadable.from + unreadable.times) throw new Error('503');
      return shown?.(reads, model) ?? stateOfModel(model);
    },
    createEndpoint: () =>
      write(() => {
        model.exists = true;
      }),
    change: ({ traffic, mirrorTraffic, saved, check }) =>
      write(() => {
        check(stateOfModel(model));
        model.tags = savedTags(model.tags, saved);
        // Tags change with the request, traffic at the end of its operation.
        if (fails?.(changes++)) throw new Error('An internal error occurred.');
        model.traffic = traffic;
        model.mirror = mirrorTraffic;
      }),
    send: ({ traffic, mirrorTraffic, saved }) =>
      write(() => {
        model.traffic = traffic;
        model.mirror = mirrorTraffic;
        model.tags = savedTags(model.tags, saved);
      }),
    idle: async () => undefined,
    deploy: (replace) =>
      write(() => {
        if (replace) model.replaced.push(plan.deployment);
        model.broken.delete(plan.deployment);
        model.deployments.set(plan.deployment, { content, isOurs: true, createdAt: '2026-11-20T00:00:00Z' });
      }),
    redeploy: (earlier) =>
      write(
        () =>
          void model.deployments.set(plan.deployment, {
            content: earlier.model ?? '?',
            isOurs: true,
            createdAt: '2026-11-20T00:00:00Z',
          }),
      ),
    remove: (name) =>
      write(() => {
        if (name === locked) throw new Error('ScopeLocked');
        if ((model.traffic[name] ?? 0) > 0) model.violations.push(`removed ${name}, which serves`);
        model.deployments.delete(name);
      }),
  };
}

function check({ traffic, deployments, violations }: EndpointModel): void {
  const sum = sumOf(traffic);
  if (sum !== 0 && sum !== 100) violations.push(`traffic adds up to ${sum}`);
  for (const [name, share] of Object.entries(traffic))
    if (share > 0 && !deployments.has(name)) violations.push(`${name} has ${share} % and is not there`);
}

export interface Attempt {
  desired: Desired;
  content: string;
  healthy: boolean;
  /** Epoch seconds. */
  now: number;
  interrupt?: () => void;
  /** A deployment that can't be deleted. */
  locked?: string;
  onKept?: (name: string) => void;
  /** Reads that fail: from the nth, so many. */
  unreadable?: { from: number; times: number };
  signal?: AbortSignal;
  /** Whether the operation of the nth change fails when its tags are written. */
  fails?: (change: number) => boolean;
  /** What the nth read shows instead of the present state. */
  shown?: (read: number, model: EndpointModel) => EndpointState | undefined;
}

/** Plans and rolls out, as a task does. */
export async function attempt(
  model: EndpointModel,
  { desired, content, healthy, now, interrupt, signal, onKept, ...faults }: Attempt,
): Promise<RolloutEnd> {
  const there = model.deployments.get(desired.deployment);
  const present = !there ? 'absent' : there.content === content ? 'same' : 'differs';
  const plan = planRollout(stateOfModel(model), { ...desired, present }, now);
  const ports: RolloutPorts = {
    service: serviceOf(model, plan, content, interrupt ?? (() => undefined), faults),
    checks: {
      prepare: async () => undefined,
      smoke: async () => undefined,
      bake: async (percent) => (healthy || percent < 50 ? undefined : 'errors'),
    },
    clock: stoppedClock(now * 1000),
    signal: signal ?? new AbortController().signal,
    onStep: () => undefined,
    onFailure: () => undefined,
    onKept: onKept ?? (() => undefined),
    earlier: there ? { model: there.content } : {},
  };
  return rollOut(plan, ports);
}

/** A clock that no time passes on: whoever sleeps for long does so until something else ends it. */
function stoppedClock(now: number): Clock {
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((end) => (milliseconds < 10_000 ? end() : signal?.addEventListener('abort', () => end()))),
  };
}

export const DESIRED: Desired = {
  id: 'run-1',
  run: '20261127.1',
  deployment: 'green',
  present: 'absent',
  strategy: 'canary',
  shares: [10, 50, 100],
  mirror: 0,
  bakeMs: 0,
  from: undefined,
  to: 100,
  onFailure: 'rollback',
  keep: 1,
};
