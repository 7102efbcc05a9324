/** `_apis/distributedtask/hubs/{hub}/plans`: OIDC tokens, attachments, timeline records, feeds, logs and events. */
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { answerList, bodyOf, type Handler, notFound, parameter, refuse } from './answers.ts';
import { apiUrl, type DevOpsContext } from './context.ts';
import { issueOidcToken, type PlanHandler } from './oidc.ts';
import { attachmentPath, logOf, registerAttachment, taskAttachment, updateTimelineRecord } from './runs.ts';
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

export function planRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const { store } = context;
  const plan = '/hubs/:hubName/plans/:planId';
  const record = `${plan}/timelines/:timelineId/records/:recordId`;
  const planUrl = (run: RunRecord): string => `${apiUrl(context)}/distributedtask/hubs/build/plans/${run.planId}`;
  /** Finds the plan of the address, and checks hub and timeline, or answers 404. */
  const withPlan =
    (handle: PlanHandler): Handler =>
    async (request, response, next) => {
      const run = store.state.runs.find(({ planId }) => planId === parameter(request, 'planId').toLowerCase());
      const timelineId = parameter(request, 'timelineId').toLowerCase();
      if (!run || parameter(request, 'hubName').toLowerCase() !== 'build')
        return notFound(response, `Plan ${parameter(request, 'planId')}`);
      if (timelineId && timelineId !== run.timelineId) return notFound(response, `Timeline ${timelineId}`);
      await handle(run, request, response, next);
    };

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
  router.post(
    `${plan}/events`,
    withPlan((run, request, response) => {
      run.events.push(bodyOf(request));
      response.status(200).end();
    }),
  );

  router.get(
    `${plan}/attachments/:type`,
    withPlan((run, request, response) =>
      answerList(
        response,
        run.attachments
          .filter(({ type }) => type === parameter(request, 'type'))
          .map((each) => taskAttachment(run, each, planUrl(run))),
      ),
    ),
  );
  router.get(
    `${record}/attachments/:type`,
    withPlan((run, request, response) =>
      answerList(
        response,
        run.attachments
          .filter(
            ({ type, recordId }) => type === parameter(request, 'type') && recordId === parameter(request, 'recordId'),
          )
          .map((each) => taskAttachment(run, each, planUrl(run))),
      ),
    ),
  );
  router.put(
    `${record}/attachments/:type/:name`,
    withPlan(async (run, request, response) => {
      const [recordId, type, name] = ['recordId', 'type', 'name'].map((each) => parameter(request, each)) as [
        string,
        string,
        string,
      ];
      // A name such as `..%2Fx` would leave the data folder.
      if (/[/\\]|^\.\.?$/.test(`${type}`) || /[/\\]|^\.\.?$/.test(name) || !/^[0-9a-f-]{36}$/i.test(recordId))
        return refuse(response, 400, 'ArgumentException', 'Type and name must be valid file names.');
      const file = join(store.dataFolder, attachmentPath(run, recordId, type, name));
      mkdirSync(dirname(file), { recursive: true });
      await pipeline(request, createWriteStream(file));
      registerAttachment(run, recordId, type, name);
      response.status(201).json(taskAttachment(run, run.attachments.at(-1)!, planUrl(run)));
    }),
  );
  router.get(
    `${record}/attachments/:type/:name`,
    withPlan((run, request, response) => {
      const [recordId, type, name] = ['recordId', 'type', 'name'].map((each) => parameter(request, each));
      const found = run.attachments.find(
        (each) => each.recordId === recordId && each.type === type && each.name === name,
      );
      if (!found) return notFound(response, `Attachment ${name}`);
      if (request.headers.accept?.includes('json')) return void response.json(taskAttachment(run, found, planUrl(run)));
      createReadStream(join(store.dataFolder, found.file)).pipe(response.type('application/octet-stream'));
    }),
  );

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
  return router;
}
