import type { SmokeTest } from '../../../lib/rollout/smoke-file.ts';

/** A smoke test that expects nothing but an answer. */
export const TEST: SmokeTest = {
  name: 'a',
  request: {},
  status: undefined,
  equals: [],
  within: [],
  schema: undefined,
  latency: undefined,
};
