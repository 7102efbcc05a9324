/** A plan's addresses, and finding the plan that one names. */
import { type Handler, notFound, parameter } from './answers.ts';
import type { DevOpsContext } from './context.ts';
import type { PlanHandler } from './oidc.ts';

export const plan = '/hubs/:hubName/plans/:planId';
export const record = `${plan}/timelines/:timelineId/records/:recordId`;

export type WithPlan = (handle: PlanHandler) => Handler;

/** Finds the plan of the address for the handler, and checks hub and timeline, or answers 404. */
export function planFinder({ store }: DevOpsContext): WithPlan {
  return (handle) => async (request, response, next) => {
    const run = store.state.runs.find(({ planId }) => planId === parameter(request, 'planId').toLowerCase());
    const timelineId = parameter(request, 'timelineId').toLowerCase();
    if (!run || parameter(request, 'hubName').toLowerCase() !== 'build')
      return notFound(response, `Plan ${parameter(request, 'planId')}`);
    if (timelineId && timelineId !== run.timelineId) return notFound(response, `Timeline ${timelineId}`);
    await handle(run, request, response, next);
  };
}
