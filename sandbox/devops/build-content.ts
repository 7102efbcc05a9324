/** What a build holds: timeline, attachments, logs and artifacts. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Router } from 'express';
import { answerList, bodyOf, type Handler, notFound, parameter, query, refuse } from './answers.ts';
import { apiUrl, type DevOpsContext } from './context.ts';
import type { RunRecord } from './state.ts';

/** Finds the build of the address for the handler, or answers 404. */
export type WithRun = (handle: (run: RunRecord, ...rest: Parameters<Handler>) => void) => Handler;

const route = '/builds/:buildId';

function addTimelineRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  router.get(
    [`${route}/timeline`, `${route}/timeline/:timelineId`],
    withRun((run, request, response) => {
      const wanted = parameter(request, 'timelineId');
      // Node's client turns null into no result, as the service's 204 does.
      if (wanted && wanted !== run.timelineId) return void response.status(204).end();
      response.json({
        id: run.timelineId,
        changeId: run.records.length,
        records: run.records,
        url: `${apiUrl(context)}/build/builds/${run.id}/Timeline/${run.timelineId}`,
      });
    }),
  );
}

function addAttachmentRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  router.get(
    `${route}/attachments/:type`,
    withRun((run, request, response) => {
      const found = run.attachments.filter(({ type }) => type === parameter(request, 'type'));
      const base = `${apiUrl(context)}/build/builds/${run.id}/${run.timelineId}`;
      answerList(
        response,
        found.map(({ name, type, recordId }) => ({
          name,
          _links: { self: { href: `${base}/${recordId}/attachments/${type}/${encodeURIComponent(name)}` } },
        })),
      );
    }),
  );
  router.get(
    `${route}/:timelineId/:recordId/attachments/:type/:name`,
    withRun((run, request, response) => {
      const [recordId, type, name] = ['recordId', 'type', 'name'].map((each) => parameter(request, each));
      const found = run.attachments.find(
        (each) => each.recordId === recordId && each.type === type && each.name === name,
      );
      if (!found || parameter(request, 'timelineId') !== run.timelineId)
        return notFound(response, `Attachment ${name}`);
      response.type('application/octet-stream');
      createReadStream(join(context.store.dataFolder, found.file)).pipe(response);
    }),
  );
}

function addLogRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  router.get(
    `${route}/logs`,
    withRun((run, _, response) =>
      answerList(
        response,
        run.logs.map(({ id, lines }) => ({
          id,
          type: 'Container',
          lineCount: lines.length,
          url: `${apiUrl(context)}/build/builds/${run.id}/logs/${id}`,
        })),
      ),
    ),
  );
  router.get(
    `${route}/logs/:logId`,
    withRun((run, request, response) => {
      const log = run.logs.find(({ id }) => id === Number(parameter(request, 'logId')));
      if (!log) return notFound(response, `Log ${parameter(request, 'logId')}`);
      const lines = log.lines.slice(
        Number(query(request, 'startLine') ?? 0),
        Number(query(request, 'endLine') ?? Infinity),
      );
      if (request.headers.accept?.includes('json')) answerList(response, lines);
      else response.type('text/plain').send(lines.map((line) => `${line}\n`).join(''));
    }),
  );
}

function addArtifactRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  const artifactOf = (run: RunRecord, { id, name, resource }: RunRecord['artifacts'][number]) => ({
    id,
    name,
    source: run.jobIds[0] ?? '',
    resource: resource ?? {
      type: 'PipelineArtifact',
      data: name,
      properties: {},
      url: `${apiUrl(context)}/build/builds/${run.id}/artifacts?artifactName=${encodeURIComponent(name)}`,
    },
  });
  router.get(
    `${route}/artifacts`,
    withRun((run, request, response) => {
      const name = query(request, 'artifactName');
      if (name === undefined)
        return answerList(
          response,
          run.artifacts.map((artifact) => artifactOf(run, artifact)),
        );
      const found = run.artifacts.find((artifact) => artifact.name === name);
      if (found) response.json(artifactOf(run, found));
      else refuse(response, 404, 'ArtifactNotFoundException', `Artifact ${name} was not found for build ${run.id}.`);
    }),
  );
  router.post(
    `${route}/artifacts`,
    withRun((run, request, response) => {
      const { name, resource } = bodyOf(request);
      const artifact = { id: run.artifacts.length + 1, name: String(name), folder: '', resource };
      run.artifacts.push(artifact);
      response.json(artifactOf(run, artifact));
    }),
  );
}

export function addContentRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  addTimelineRoutes(router, context, withRun);
  addAttachmentRoutes(router, context, withRun);
  addLogRoutes(router, context, withRun);
  addArtifactRoutes(router, context, withRun);
}
