/** Jobs that nothing runs yet. */
import express from 'express';
import type { AzureMlContext, Runs } from '../contracts.ts';

/** The part that runs jobs, with its data-plane routes. */
export function createRuns(_context: AzureMlContext): { runs: Runs; router: express.Router } {
  const runs: Runs = { submit: async () => {}, cancel: async () => true, stop: async () => {} };
  return { runs, router: express.Router() };
}
