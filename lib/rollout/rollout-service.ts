import type { EndpointState } from './endpoint-state.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import type { SavedRollout } from './saved-rollout.ts';
import type { Traffic } from './traffic.ts';

/** What a rollout writes to its endpoint in one request. */
export interface RolloutChange {
  traffic: Traffic;
  mirrorTraffic: Traffic;
  saved: SavedRollout;
}

/** The endpoint as a rollout works on it. Every call is done when it returns; all of them may throw `UserError`s. */
export interface RolloutService {
  read(): Promise<EndpointState>;
  /** @param replace delete what is there first */
  createEndpoint(replace: boolean): Promise<void>;
  /** Changes traffic and tags in one request. @param check throws `TrafficChanged` when somebody else has changed them */
  change(change: RolloutChange & { check: (state: EndpointState) => void }): Promise<void>;
  /** The same in one request that nobody waits for: done when the service has accepted it. Checks nothing. */
  send(change: RolloutChange): Promise<void>;
  /** Waits until nothing changes the endpoint (`endpoint`) or the deployment of this name. */
  idle(what: string): Promise<void>;
  /** Creates or updates the deployment. @param replace delete what is there first */
  deploy(replace: boolean): Promise<void>;
  /** Puts the earlier definition of the deployment back. @param earlier what the endpoint's tags say of it */
  redeploy(earlier: Readonly<Record<string, string>>): Promise<void>;
  remove(deployment: string): Promise<void>;
}

/** What is mirrored stays, but for a deployment that gets requests of its own: the service takes no other. */
export function mirrorFor({ mirrorBefore }: RolloutPlan, traffic: Traffic): Traffic {
  return Object.fromEntries(Object.entries(mirrorBefore).filter(([name]) => (traffic[name] ?? 0) === 0));
}
