/** `_apis/distributedtask/hubs/{hub}/plans`: OIDC tokens, attachments, timeline records, feeds, logs and events. */
import { Router } from 'express';
import type { PlanEvent } from '../contracts.ts';
import { answerList, bodyOf, notFound, parameter, refuse } from './answers.ts';
import type { DevOpsContext } from './context.ts';
import { issueOidcToken, type PlanHandler } from './oidc.ts';
import { plan, planFinder, record, type WithPlan } from './plan.ts';
import { addAttachmentContents, addAttachmentLists } from './plan-attachments.ts';
import { logOf, updateTimelineRecord } from './runs.ts';
import type { RunRecord } from './state.ts';

/** The service's names for the numbers that clients may send. */
const recordStates = ['pending', 'inProgress', 'completed'];
const recordResults = ['succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned'];
const named = (names: string[], value: unknown): unknown => (typeof value === 'number' ? names[value] : value);

function updateRecords(run: RunRecord, body: Record<string, any>): unknown[] {
  const changed = (Array.isArray(body) ? body : (body.value ?? [])) as (Record<string, unknown> & { id: string })[];
  for (const record of changed)
    updateTimelineRecord(run, {
      ...record,
      state: named(recordStates, record.state),
      result: named(recordResults, record.result),
    });
  return run.records.filter(({ id }) => changed.some((record) => record.id === id));
}

const eventNames = ['TaskAssigned', 'TaskStarted', 'TaskCompleted'];

/** `POST .../events`: what a server task that waits for its completion is ended by. The token of another job is refused. */
function postEvent({ events }: DevOpsContext): PlanHandler {
  return (run, request, response) => {
    const event = bodyOf(request) as Partial<PlanEvent>;
    const refused = (message: string): void => refuse(response, 400, 'InvalidRequestException', message);
    if (!eventNames.includes(event.name ?? '')) return refused(`The event '${event.name}' is not known.`);
    if (!event.taskId) return refused('The event names no task.');
    if (event.name === 'TaskCompleted' && !recordResults.includes(event.result ?? ''))
      return refused(`The result '${event.result}' of the event is not known.`);
    if (!run.jobIds.includes(event.jobId ?? '')) return notFound(response, `Job ${event.jobId}`);
    const subject = String(response.locals.subject);
    if (subject.startsWith('Build:') && subject !== `Build:${run.id}:${event.jobId}`)
      return refuse(response, 403, 'AccessDeniedException', 'The token belongs to another job.');
    run.events.push(event as PlanEvent & Record<string, unknown>);
    events.emit(run.planId, event);
    response.status(200).end();
  };
}

function addPlanRoutes(router: Router, context: DevOpsContext, withPlan: WithPlan): void {
  router.get(
    plan,
    withPlan(
      (run, _, response) =>
        void response.json({
          planId: run.planId,
          planType: 'Build',
          version: 1,
          timeline: { id: run.timelineId },
          state: run.status,
        }),
    ),
  );
  router.post(`${plan}/jobs/:jobId/oidctoken`, withPlan(issueOidcToken(context)));
  router.post(`${plan}/events`, withPlan(postEvent(context)));
}

function addTimelineRoutes(router: Router, withPlan: WithPlan): void {
  router.get(
    `${plan}/timelines`,
    withPlan((run, _, response) => answerList(response, [{ id: run.timelineId, changeId: run.records.length }])),
  );
  router.get(
    `${plan}/timelines/:timelineId`,
    withPlan(
      (run, _, response) =>
        void response.json({ id: run.timelineId, changeId: run.records.length, records: run.records }),
    ),
  );
  router.get(
    `${plan}/timelines/:timelineId/records`,
    withPlan((run, _, response) => answerList(response, run.records)),
  );
  router.patch(
    `${plan}/timelines/:timelineId/records`,
    withPlan((run, request, response) => answerList(response, updateRecords(run, request.body ?? {}))),
  );
  router.post(
    `${record}/feed`,
    withPlan((run, request, response) => {
      logOf(run, parameter(request, 'recordId')).lines.push(...(bodyOf(request).value ?? []).map(String));
      response.status(204).end();
    }),
  );
}

function addLogRoutes(router: Router, withPlan: WithPlan): void {
  router.get(
    `${plan}/logs`,
    withPlan((run, _, response) =>
      answerList(
        response,
        run.logs.map(({ id, lines }) => ({ id, lineCount: lines.length })),
      ),
    ),
  );
  router.post(
    `${plan}/logs`,
    withPlan((run, request, response) => {
      const log = { id: run.logs.length + 1, lines: [] };
      run.logs.push(log);
      response.status(201).json({
        id: log.id,
        path: bodyOf(request).path ?? `logs\\${log.id}`,
        lineCount: 0,
        createdOn: new Date().toISOString(),
      });
    }),
  );
  router.post(
    `${plan}/logs/:logId`,
    withPlan(async (run, request, response) => {
      const log = run.logs.find(({ id }) => id === Number(parameter(request, 'logId')));
      if (!log) return notFound(response, `Log ${parameter(request, 'logId')}`);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      log.lines.push(
        ...Buffer.concat(chunks)
          .toString('utf8')
          .replace(/\r?\n$/, '')
          .split(/\r?\n/),
      );
      response.json({ id: log.id, lineCount: log.lines.length });
    }),
  );
  router.get(
    `${plan}/logs/:logId`,
    withPlan((run, request, response) => {
      const log = run.logs.find(({ id }) => id === Number(parameter(request, 'logId')));
      if (log) answerList(response, log.lines);
      else notFound(response, `Log ${parameter(request, 'logId')}`);
    }),
  );
}

export function planRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const withPlan = planFinder(context);
  addPlanRoutes(router, context, withPlan);
  addAttachmentLists(router, context, withPlan);
  addAttachmentContents(router, context, withPlan);
  addTimelineRoutes(router, withPlan);
  addLogRoutes(router, withPlan);
  return router;
}
