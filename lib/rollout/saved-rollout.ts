import { isSameTraffic, type Traffic, withoutZeros } from './traffic.ts';

/**
 * What an endpoint's tags say about its rollout. They change in the same request as the traffic, so whenever a task is killed
 * the next one reads what was, what is, and who was at it.
 */
export interface SavedRollout {
  /** The pipeline run that is rolling out; the same in all of its stages and attempts. */
  id: string;
  /** The run, as people call it: `20261127.3`. */
  run: string;
  /** The deployment that is rolled out. */
  to: string;
  /** Traffic before the first change: what a rollback restores. */
  before: Traffic;
  /** Mirrored traffic before the first change, which a rollout leaves alone but while it mirrors itself. */
  mirror: Traffic;
  /** Traffic as the rollout set it last; another one was set by somebody else. */
  now: Traffic;
  /** Traffic that the last change began from; undefined in records of earlier versions of this task. */
  from?: Traffic;
  phase: RolloutPhase;
  /** Epoch seconds until which a running rollout may be silent; later it is taken for dead. */
  until: number;
  /** Of a deployment that is changed in place: what it was made of. Empty otherwise. */
  earlier: Readonly<Record<string, string>>;
}

/**
 * `running`: a task is at it. `waiting`: it stopped at a share that was asked for, for an approval. `stopped`: it failed and
 * was to leave everything as it is. `released` and `rolledBack`: the two ends.
 */
export type RolloutPhase = 'running' | 'waiting' | 'stopped' | 'released' | 'rolledBack';

const PHASES: readonly RolloutPhase[] = ['running', 'waiting', 'stopped', 'released', 'rolledBack'];

/** Endpoints are resources of Resource Manager, whose tags hold 256 characters each; so every fact has a tag of its own. */
const PREFIX = 'rollout.';
const EARLIER = `${PREFIX}earlier.`;

/** The endpoint's tags with what is saved in them; those of an earlier rollout go, all others stay. */
export function savedTags(tags: Readonly<Record<string, string>>, saved: SavedRollout): Record<string, string> {
  const others = Object.entries(tags).filter(([name]) => !name.startsWith(PREFIX));
  return {
    ...Object.fromEntries(others),
    [`${PREFIX}id`]: saved.id,
    [`${PREFIX}run`]: saved.run,
    [`${PREFIX}to`]: saved.to,
    [`${PREFIX}before`]: trafficText(saved.before),
    [`${PREFIX}mirror`]: trafficText(saved.mirror),
    [`${PREFIX}now`]: trafficText(saved.now),
    ...(saved.from ? { [`${PREFIX}from`]: trafficText(saved.from) } : {}),
    [`${PREFIX}phase`]: saved.phase,
    [`${PREFIX}until`]: new Date(saved.until * 1000).toISOString(),
    ...Object.fromEntries(Object.entries(saved.earlier).map(([name, value]) => [EARLIER + name, value])),
  };
}

/** What an endpoint's tags say; undefined when they say nothing that is complete. */
export function readSaved(tags: Readonly<Record<string, string>> | null | undefined): SavedRollout | undefined {
  const read = (name: string): string => tags?.[PREFIX + name] ?? '';
  const [id, run, to] = [read('id'), read('run'), read('to')];
  const [before, now] = [readTraffic(read('before')), readTraffic(read('now'))];
  const mirror = readTraffic(read('mirror')) ?? {};
  const from = readTraffic(read('from'));
  const phase = PHASES.find((one) => one === read('phase'));
  const until = Date.parse(read('until')) / 1000;
  if (id === '' || to === '' || !before || !now || !phase || Number.isNaN(until)) return undefined;
  const earlier = Object.entries(tags ?? {}).filter(([name]) => name.startsWith(EARLIER));
  return {
    id,
    run,
    to,
    before,
    mirror,
    now,
    ...(from ? { from } : {}),
    phase,
    until,
    earlier: Object.fromEntries(earlier.map(([name, value]) => [name.slice(EARLIER.length), value])),
  };
}

/** `blue=90 green=10`; `none` for nobody, since some tools drop empty tags. */
export function trafficText(traffic: Traffic): string {
  const shares = Object.entries(withoutZeros(traffic)).map(([name, share]) => `${name}=${share}`);
  return shares.length === 0 ? 'none' : shares.join(' ');
}

function readTraffic(text: string): Traffic | undefined {
  if (text === '') return undefined;
  if (text === 'none') return {};
  const shares = text.split(' ').map((part) => /^([^=]+)=(\d+)$/.exec(part));
  if (shares.some((share) => share === null)) return undefined;
  return Object.fromEntries(shares.map((share) => [share![1]!, Number(share![2])]));
}

/** True while a rollout has not come to one of its ends. */
export function isUnfinished({ phase }: SavedRollout): boolean {
  return phase !== 'released' && phase !== 'rolledBack';
}

/** True when the traffic is still what the rollout set. */
export function isUntouched({ now }: SavedRollout, traffic: Traffic): boolean {
  return isSameTraffic(now, traffic);
}

/**
 * True when the traffic is what the rollout set, or what its last change began from: tags change with the request, traffic at the
 * end of its operation, which may fail or be shown late.
 */
export function isOwnTraffic(saved: SavedRollout, traffic: Traffic): boolean {
  return isUntouched(saved, traffic) || (saved.from !== undefined && isSameTraffic(saved.from, traffic));
}
