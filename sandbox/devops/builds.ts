import { Router } from 'express';
import { accessDenied, answerList, bodyOf, type Handler, notFound, parameter, query } from './answers.ts';
import { addChangeRoutes } from './build-changes.ts';
import { addContentRoutes, type WithRun } from './build-content.ts';
import { apiUrl, type DevOpsContext, projectReference, runPage } from './context.ts';
import { addDefinitionRoutes } from './definitions.ts';
import { createRunRecord } from './runs.ts';
import type { RunRecord } from './state.ts';

function buildOf(context: DevOpsContext, run: RunRecord) {
  const definition = context.store.state.definitions.find(({ id }) => id === run.definitionId)!;
  const url = `${apiUrl(context)}/build/Builds/${run.id}`;
  return {
    id: run.id,
    buildNumber: run.buildNumber,
    status: run.status,
    ...(run.result ? { result: run.result } : {}),
    queueTime: run.queueTime,
    startTime: run.queueTime,
    ...(run.finishTime ? { finishTime: run.finishTime } : {}),
    url,
    uri: `vstfs:///Build/Build/${run.id}`,
    definition: { ...definition, type: 'build', project: projectReference(context), revision: 1 },
    project: projectReference(context),
    sourceBranch: run.branch,
    sourceVersion: run.commit,
    reason: run.reason[0]!.toLowerCase() + run.reason.slice(1),
    priority: 'normal',
    requestedFor: { displayName: 'Sandbox User', id: context.project.id },
    repository: { id: run.repository, name: run.repository, type: 'TfsGit' },
    tags: run.tags,
    plans: [{ planId: run.planId }],
    orchestrationPlan: { planId: run.planId },
    logs: { id: 0, type: 'Container', url: `${url}/logs` },
    _links: { self: { href: url }, web: { href: runPage(context, run) }, timeline: { href: `${url}/Timeline` } },
    ...(run.request ? { templateParameters: run.request.templateParameters ?? {} } : {}),
  };
}

const matches = (value: string, wanted: string | undefined): boolean =>
  wanted === undefined ||
  wanted
    .toLowerCase()
    .split(',')
    .some((each) => each === 'all' || each === value.toLowerCase());

function listBuilds(context: DevOpsContext): Handler {
  return (request, response) => {
    const definitions = query(request, 'definitions')?.split(',').map(Number);
    const tags = query(request, 'tagFilters')?.split(',').filter(Boolean) ?? [];
    const branch = query(request, 'branchName');
    const found = context.store.state.runs
      .filter((run) => !definitions || definitions.includes(run.definitionId))
      .filter(
        (run) =>
          matches(run.status, query(request, 'statusFilter')) &&
          matches(run.result ?? 'none', query(request, 'resultFilter')),
      )
      .filter((run) => (branch === undefined || run.branch === branch) && tags.every((tag) => run.tags.includes(tag)))
      .reverse()
      .slice(0, Number(query(request, '$top') ?? 1000));
    answerList(
      response,
      found.map((run) => buildOf(context, run)),
    );
  };
}

function patchBuild(context: DevOpsContext, run: RunRecord, body: Record<string, any>) {
  if (typeof body.buildNumber === 'string') run.buildNumber = body.buildNumber;
  return buildOf(context, run);
}

/** Removes and sets properties by JSON Patch, as `updateBuildProperties` sends them. */
function patchProperties(run: RunRecord, operations: unknown): void {
  for (const { op, path, value } of Array.isArray(operations) ? operations : []) {
    const name = String(path).replace(/^\//, '').replaceAll('~1', '/').replaceAll('~0', '~');
    if (op === 'remove' || op === 2) delete run.properties[name];
    else run.properties[name] = { $type: 'System.String', $value: value };
  }
}

/** Queues a run of a pipeline; it stays as not started. */
function queueBuild(context: DevOpsContext): Handler {
  const { store } = context;
  return (request, response) => {
    const { definition, sourceBranch = 'refs/heads/main', sourceVersion = '0'.repeat(40) } = bodyOf(request);
    const known = store.state.definitions.find(({ id }) => id === Number(definition?.id));
    if (!known) return notFound(response, `Definition ${definition?.id}`);
    const run = createRunRecord(store, {
      definitionName: known.name,
      branch: sourceBranch,
      commit: sourceVersion,
      reason: 'Manual',
      repository: known.name,
    });
    Object.assign(run, { status: 'notStarted', request: bodyOf(request) });
    response.json(buildOf(context, run));
  };
}

const route = '/builds/:buildId';

function addBuildRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  router.get(
    route,
    withRun((run, _, response) => void response.json(buildOf(context, run))),
  );
  router.patch(
    route,
    withRun((run, request, response) => void response.json(patchBuild(context, run, bodyOf(request)))),
  );
}

function addTagRoutes(router: Router, withRun: WithRun): void {
  router.get(
    `${route}/tags`,
    withRun((run, _, response) => answerList(response, run.tags)),
  );
  router.post(
    `${route}/tags`,
    withRun((run, request, response) => {
      run.tags = [...new Set([...run.tags, ...(Array.isArray(request.body) ? request.body.map(String) : [])])];
      answerList(response, run.tags);
    }),
  );
  router.patch(
    `${route}/tags`,
    withRun((run, request, response) => {
      const { tagsToAdd = [], tagsToRemove = [] } = bodyOf(request);
      run.tags = [...new Set([...run.tags, ...tagsToAdd])].filter((tag) => !tagsToRemove.includes(tag));
      answerList(response, run.tags);
    }),
  );
  router.put(
    `${route}/tags/*tag`,
    withRun((run, request, response) => {
      run.tags = [...new Set([...run.tags, parameter(request, 'tag')])];
      answerList(response, run.tags);
    }),
  );
  router.delete(
    `${route}/tags/*tag`,
    withRun((run, request, response) => {
      run.tags = run.tags.filter((tag) => tag !== parameter(request, 'tag'));
      answerList(response, run.tags);
    }),
  );
}

function addPropertyRoutes(router: Router, withRun: WithRun): void {
  router.get(
    `${route}/properties`,
    withRun(
      (run, _, response) => void response.json({ count: Object.keys(run.properties).length, value: run.properties }),
    ),
  );
  router.patch(
    `${route}/properties`,
    withRun((run, request, response) => {
      patchProperties(run, request.body);
      response.json({ count: Object.keys(run.properties).length, value: run.properties });
    }),
  );
}

export function buildRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const { store, denied } = context;
  const withRun: WithRun = (handle) => (request, response, next) => {
    const missing = denied.has('builds')
      ? 'View builds'
      : denied.has('buildTags') && request.method !== 'GET' && request.path.includes('/tags')
        ? 'Update build information'
        : undefined;
    if (missing) return accessDenied(response, context, missing, `build ${parameter(request, 'buildId')}`);
    const run = store.state.runs.find(({ id }) => id === Number(parameter(request, 'buildId')));
    if (run) handle(run, request, response, next);
    else notFound(response, `The requested build ${parameter(request, 'buildId')}`);
  };

  router.get('/builds', listBuilds(context));
  router.post('/builds', queueBuild(context));
  addBuildRoutes(router, context, withRun);
  addTagRoutes(router, withRun);
  addPropertyRoutes(router, withRun);
  addChangeRoutes(router, context, withRun);
  addContentRoutes(router, context, withRun);

  addDefinitionRoutes(router, context);
  return router;
}
