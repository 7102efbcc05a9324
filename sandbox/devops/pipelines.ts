/** `_apis/pipelines` (runs that somebody queues) and `_apis/test` (test runs). */
import { Router } from 'express';
import { answerList, bodyOf, notFound, parameter } from './answers.ts';
import { apiUrl, type DevOpsContext, runPage } from './context.ts';
import { createRunRecord } from './runs.ts';
import type { RunRecord } from './state.ts';

function runOf(context: DevOpsContext, run: RunRecord) {
  const definition = context.store.state.definitions.find(({ id }) => id === run.definitionId)!;
  const url = `${apiUrl(context)}/pipelines/${run.definitionId}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.buildNumber,
    state: run.status === 'completed' ? 'completed' : run.status === 'inProgress' ? 'inProgress' : 'unknown',
    ...(run.result ? { result: run.result === 'partiallySucceeded' ? 'succeeded' : run.result } : {}),
    createdDate: run.queueTime,
    ...(run.finishTime ? { finishedDate: run.finishTime } : {}),
    pipeline: { ...definition, folder: '\\', revision: 1, url: `${apiUrl(context)}/pipelines/${definition.id}` },
    resources: { repositories: { self: { refName: run.branch, version: run.commit } } },
    templateParameters: run.request?.templateParameters ?? {},
    variables: run.request?.variables ?? {},
    url,
    _links: { self: { href: url }, web: { href: runPage(context, run) } },
  };
}

export function pipelineRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const { store } = context;
  const pipelineOf = (definition: { id: number; name: string }) => ({
    ...definition,
    folder: '\\',
    revision: 1,
    url: `${apiUrl(context)}/pipelines/${definition.id}`,
  });
  const find = (id: string) => store.state.definitions.find((definition) => definition.id === Number(id));
  router.get('/', (_, response) => answerList(response, store.state.definitions.map(pipelineOf)));
  router.get('/:pipelineId', (request, response) => {
    const found = find(request.params.pipelineId);
    if (found) response.json(pipelineOf(found));
    else notFound(response, `Pipeline ${request.params.pipelineId}`);
  });
  router.get('/:pipelineId/runs', (request, response) =>
    answerList(
      response,
      store.state.runs
        .filter(({ definitionId }) => definitionId === Number(request.params.pipelineId))
        .reverse()
        .map((run) => runOf(context, run)),
    ),
  );
  router.get('/:pipelineId/runs/:runId', (request, response) => {
    const run = store.state.runs.find(
      ({ id, definitionId }) =>
        id === Number(request.params.runId) && definitionId === Number(request.params.pipelineId),
    );
    if (run) response.json(runOf(context, run));
    else notFound(response, `Run ${request.params.runId}`);
  });
  // The run is recorded, with what the caller asked for, and waits: only the agent's command line starts runs here.
  router.post('/:pipelineId/runs', (request, response) => {
    const definition = find(request.params.pipelineId);
    if (!definition) return notFound(response, `Pipeline ${request.params.pipelineId}`);
    const body = bodyOf(request);
    const self = body.resources?.repositories?.self ?? {};
    const run = createRunRecord(store, {
      definitionName: definition.name,
      branch: self.refName ?? 'refs/heads/main',
      commit: self.version ?? '0'.repeat(40),
      reason: 'Manual',
      repository: definition.name,
    });
    Object.assign(run, { status: 'notStarted', request: body });
    context.log(`Run ${run.buildNumber} of pipeline ${definition.name} was queued`);
    response.json(runOf(context, run));
  });
  return router;
}

export function testRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true, caseSensitive: false });
  const { testRuns } = context.store.state;
  const show = ({ id, body, results }: (typeof testRuns)[number]) => ({
    ...body,
    id,
    totalTests: results.length,
    url: `${apiUrl(context)}/test/Runs/${id}`,
  });
  const find = (id: string) => testRuns.find((run) => run.id === Number(id));
  router.get('/runs', (_, response) => answerList(response, testRuns.map(show)));
  router.post('/runs', (request, response) => {
    const run = { id: testRuns.length + 1, body: { state: 'InProgress', ...bodyOf(request) }, results: [] };
    testRuns.push(run);
    response.json(show(run));
  });
  router.use('/runs/:runId', (request, response, next) => {
    if (find(request.params.runId)) next();
    else notFound(response, `Test run ${request.params.runId}`);
  });
  router.get('/runs/:runId', (request, response) => void response.json(show(find(request.params.runId)!)));
  router.patch('/runs/:runId', (request, response) => {
    const run = find(request.params.runId)!;
    Object.assign(run.body, bodyOf(request));
    response.json(show(run));
  });
  router.get('/runs/:runId/results', (request, response) => answerList(response, find(request.params.runId)!.results));
  router.post('/runs/:runId/results', (request, response) => {
    const { results } = find(parameter(request, 'runId'))!;
    const added = (Array.isArray(request.body) ? request.body : []).map((each, index) => ({
      ...each,
      id: results.length + index + 1,
    }));
    results.push(...added);
    answerList(response, added);
  });
  return router;
}
