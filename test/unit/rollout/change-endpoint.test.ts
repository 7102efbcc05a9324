import assert from 'node:assert/strict';
import type { EndpointResource } from '../../../lib/azureml/endpoints.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { type ChangePorts, changeTraffic } from '../../../lib/rollout/change-endpoint.ts';
import type { EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import type { SavedRollout } from '../../../lib/rollout/saved-rollout.ts';
import { endpointModel, stateOfModel } from './endpoint-model.ts';

const record = (id: string, now: Record<string, number>): SavedRollout => ({
  ...{ id, run: id, to: 'green', before: { blue: 100 }, mirror: {}, now },
  ...{ phase: 'running', until: 1, earlier: {} },
});

/** Changes an endpoint that shows one state after another; says how often it was written. */
async function change(
  states: EndpointState[],
  saved: SavedRollout | undefined,
  edit?: (one: EndpointResource) => never,
) {
  let [reads, writes, now] = [0, 0, 0];
  const kind = {
    read: async () => ({ resource: {}, state: states[Math.min(reads++, states.length - 1)]! }),
    update: () => ({ method: 'PUT', url: 'https://arm/endpoint', audience: 'arm' }),
  };
  const client = {
    send: async () => {
      writes++;
      return { status: 200, body: {}, text: '{}', header: () => undefined, url: 'https://arm/endpoint' };
    },
  };
  const sleep = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
  };
  const clock = { now: () => now, sleep };
  const ports = {
    kind,
    workspace: { client } as unknown as Workspace,
    endpoint: 'e',
    clock,
    signal: new AbortController().signal,
  };
  const traffic = saved?.now ?? states[0]!.traffic;
  const planned = { traffic, mirrorTraffic: {}, saved, check: () => undefined, ...(edit ? { edit } : {}) };
  const done = changeTraffic(planned, ports as unknown as ChangePorts).then(
    () => 'shown',
    (error: { code?: string }) => error.code ?? String(error),
  );
  return { end: await done, writes };
}

const shows = (traffic: Record<string, number>, saved?: SavedRollout): EndpointState => ({
  ...stateOfModel(endpointModel(traffic, { blue: 'v1', green: 'v2' })),
  saved,
});

describe('a change of an endpoint', () => {
  const ours = record('ours', { blue: 90, green: 10 });
  const before = shows({ blue: 100 }, record('older', { blue: 100 }));
  const after = shows({ blue: 90, green: 10 }, ours);

  it('is sent although the endpoint shows the same record already: its file may have changed', async () => {
    assert.deepEqual(await change([after, after], ours, (one) => one as never), { end: 'shown', writes: 1 });
  });

  it('may be shown late, with the record of the rollout before', async () => {
    assert.deepEqual(await change([before, before, before, after], ours), { end: 'shown', writes: 1 });
  });

  it('that is never shown is not taken for a change of somebody else', async () => {
    assert.equal((await change([before], ours)).end, 'TrafficNotShown');
  });

  it('that somebody else overwrote is said to be', async () => {
    assert.equal(
      (await change([before, shows({ blue: 50, green: 50 }, record('other', { blue: 50 }))], ours)).end,
      'TrafficChanged',
    );
    assert.equal((await change([before, shows({ blue: 1, green: 99 }, ours)], ours)).end, 'TrafficChanged');
  });
});
