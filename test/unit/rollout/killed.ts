import assert from 'node:assert/strict';
import { attempt, type EndpointModel } from './endpoint-model.ts';

/** Interrupts at the nth chance, as the agent's last signal does: nothing more is done. */
function killAt(n: number): () => void {
  let count = 0;
  return () => {
    if (count++ === n) throw new Killed();
  };
}
class Killed extends Error {}

/** As a process that was killed: whatever the rollout would do about an error, it does nothing more. */
export async function killed(
  model: EndpointModel,
  n: number,
  given: Omit<Parameters<typeof attempt>[1], 'interrupt'>,
): Promise<boolean> {
  const controller = new AbortController();
  const kill = killAt(n);
  const interrupt = (): void => {
    try {
      kill();
    } catch (error) {
      controller.abort(error);
      throw error;
    }
  };
  try {
    await attempt(model, { ...given, interrupt, signal: controller.signal });
    return false;
  } catch (error) {
    assert.ok(error instanceof Killed, String(error));
    return true;
  }
}
