import assert from 'node:assert/strict';
import { AzureError } from '../../../lib/azure/failures.ts';
import type { EndpointResource } from '../../../lib/azureml/endpoints.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { type ChangePorts, changeTraffic } from '../../../lib/rollout/change-endpoint.ts';
import { requireAsPlanned } from '../../../lib/rollout/conflicts.ts';
import type { EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import type { SavedRollout } from '../../../lib/rollout/saved-rollout.ts';
import { endpointModel, stateOfModel } from './endpoint-model.ts';

const record = (id: string, now: Record<string, number>): SavedRollout => ({
  ...{ id, run: id, to: 'green', before: { blue: 100 }, mirror: {}, now },
  ...{ phase: 'running', until: 1, earlier: {} },
});

const CONFLICT = new AzureError({
  ...{ status: 409, code: 'Conflict', message: 'another operation on same entity is already running' },
  ...{ method: 'PUT', url: 'https://arm/endpoint' },
});

/** Changes an endpoint that shows one state after another; says how often it was written. */
async function change(
  states: EndpointState[],
  saved: SavedRollout | undefined,
  edit?: (one: EndpointResource) => never,
  { conflicts = 0, check = () => undefined }: { conflicts?: number; check?: (state: EndpointState) => void } = {},
) {
  let [reads, writes, now, told, silentMs] = [0, 0, 0, 0, 0];
  const kind = {
    read: async () => ({ resource: {}, state: states[Math.min(reads++, states.length - 1)]! }),
    update: () => ({ method: 'PUT', url: 'https://arm/endpoint', audience: 'arm' }),
  };
  const client = {
    send: async () => {
      if (++writes <= conflicts) throw CONFLICT;
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
    tell: () => {
      silentMs = Math.max(silentMs, now - told);
      told = now;
    },
  };
  const traffic = saved?.now ?? states[0]!.traffic;
  const planned = { traffic, mirrorTraffic: {}, saved, check, ...(edit ? { edit } : {}) };
  const done = changeTraffic(planned, ports as unknown as ChangePorts).then(
    () => 'shown',
    (error: { code?: string }) => error.code ?? String(error),
  );
  const end = await done;
  ports.tell();
  return { end, writes, silentMs };
}

async function ends(changed: ReturnType<typeof change>, expected: string, written: number): Promise<void> {
  const { end, writes } = await changed;
  assert.deepEqual([end, writes], [expected, written]);
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
    await ends(
      change([after, after], ours, (one) => one as never),
      'shown',
      1,
    );
  });

  it('to its file is sent again after a conflict, although the endpoint shows the same record', async () => {
    await ends(
      change([after], ours, (one) => one as never, { conflicts: 2 }),
      'shown',
      3,
    );
  });

  it('is not sent again when the endpoint shows it after a conflict: it was accepted', async () => {
    await ends(change([before, after], ours, undefined, { conflicts: 1 }), 'shown', 1);
  });

  it('is not refused because of one reading that is late', async () => {
    const check = (state: EndpointState): void => requireAsPlanned(state, { planned: before });
    const late = shows({ blue: 100 }, record('oldest', {}));
    await ends(change([late, before, after], ours, undefined, { check }), 'shown', 1);
    await ends(change([late], ours, undefined, { check }), 'TrafficChanged', 0);
  });

  it('may be shown late, with the record of the rollout before', async () => {
    await ends(change([before, before, before, after], ours), 'shown', 1);
  });

  it('that is never shown is not taken for a change of somebody else', async () => {
    assert.equal((await change([before], ours)).end, 'TrafficNotShown');
  });

  it('is never waited for in silence', async () => {
    const busy = { ...before, provisioningState: 'Updating' };
    for (const { silentMs } of [
      await change(Array<EndpointState>(20).fill(busy).concat(after), ours),
      await change([before], ours, undefined, { conflicts: Number.POSITIVE_INFINITY }),
      await change([before], ours),
    ])
      assert.ok(silentMs <= 10_000, String(silentMs));
  });

  it('that somebody else overwrote is said to be', async () => {
    assert.equal(
      (await change([before, shows({ blue: 50, green: 50 }, record('other', { blue: 50 }))], ours)).end,
      'TrafficChanged',
    );
    assert.equal((await change([before, shows({ blue: 1, green: 99 }, ours)], ours)).end, 'TrafficChanged');
  });
});
