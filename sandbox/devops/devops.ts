/** The Azure DevOps part: the slice of its REST API that tasks and `azure-devops-node-api` use. */
import { EventEmitter } from 'node:events';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { DevOps, DevOpsRun, JobPermission, NewRun, ServiceConnection, Tokens } from '../contracts.ts';
import { startServer } from '../server.ts';
import { answerList, notFound, refuse } from './answers.ts';
import { authorize, azureDevOpsAudience } from './authorize.ts';
import { buildRoutes } from './builds.ts';
import { apiUrl, type DevOpsContext, projectReference, runPage } from './context.ts';
import { gitRoutes } from './git.ts';
import { locationsOf } from './locations.ts';
import { pipelineRoutes, testRoutes } from './pipelines.ts';
import { planRoutes } from './plans.ts';
import { releaseRoutes } from './releases.ts';
import { addDefinition, copyAttachment, createRunRecord, logOf, updateTimelineRecord } from './runs.ts';
import { addPullRequest, openStore } from './state.ts';
import { workItemRoutes } from './work-items.ts';

/** What the Azure DevOps part is started with. */
export interface DevOpsOptions {
  tokens: Tokens;
  connections: ServiceConnection[];
  dataFolder: string;
  /** PEM texts for `startServer`. */
  tls: { cert: string; key: string };
  /** Wished port. */
  port?: number | undefined;
  log(line: string): void;
}

/** A job's token must outlive the job. */
const jobTokenSeconds = 48 * 60 * 60;

function createApp(context: DevOpsContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_, response, next) => {
    response.setHeader('X-TFS-ProcessId', context.project.id);
    next();
  });
  app.use(authorize(context.tokens));
  app.use(express.json({ type: ['application/json', 'application/json-patch+json'], limit: '50mb', strict: false }));
  const api = express.Router({ mergeParams: true });
  api.options('/', (_, response) => answerList(response, []));
  api.options('/:area', (request, response) => answerList(response, locationsOf(request.params.area)));
  // No areas means that everything is at the collection's own address.
  api.get('/ResourceAreas', (_, response) => void response.json({ count: 0, value: [] }));
  api.get('/ResourceAreas/:areaId', (_, response) => void response.json(null));
  api.get('/connectionData', (_, response) => {
    const user = { id: context.project.id, providerDisplayName: 'Sandbox User', isActive: true };
    response.json({
      instanceId: context.project.id,
      authenticatedUser: user,
      authorizedUser: user,
      locationServiceData: { serviceOwner: context.project.id },
    });
  });
  api.get('/projects', (_, response) => answerList(response, [projectReference(context)]));
  api.get('/projects/:projectId', (request, response) => {
    if (isProject(context, request.params.projectId)) response.json(projectReference(context));
    else notFound(response, `TF200016: The project ${request.params.projectId}`);
  });
  api.use('/build', buildRoutes(context));
  api.use('/distributedtask', planRoutes(context));
  api.use('/git', gitRoutes(context));
  api.use('/pipelines', pipelineRoutes(context));
  api.use('/test', testRoutes(context));
  api.use('/wit', workItemRoutes(context));
  api.use('/release', releaseRoutes(context));
  app.use(`/${context.organization}/_apis`, api);
  app.use(`/${context.organization}/:project/_apis`, (request, response, next) => {
    if (isProject(context, request.params.project)) api(request, response, next);
    else notFound(response, `TF200016: The project ${request.params.project}`);
  });
  app.use((request, response) =>
    refuse(response, 404, 'NotFoundException', `The sandbox does not answer ${request.method} ${request.path}.`),
  );
  app.use((error: Error & { status?: number }, _request: Request, response: Response, _next: NextFunction) => {
    if (error.status === undefined) context.log(`Azure DevOps failed: ${error.stack}`);
    refuse(response, error.status ?? 500, 'InvalidRequestException', error.message);
  });
  return app;
}

const isProject = ({ project }: DevOpsContext, text: string): boolean =>
  [project.id, project.name].some((known) => known.toLowerCase() === text.toLowerCase());

/** The agent's side of a run. */
function startRun(context: DevOpsContext, options: NewRun): DevOpsRun {
  const { store, tokens } = context;
  const run = createRunRecord(store, options);
  return {
    id: run.id,
    buildNumber: run.buildNumber,
    url: runPage(context, run),
    planId: run.planId,
    definitionId: run.definitionId,
    timelineId: run.timelineId,
    async jobCredentials(jobId) {
      run.jobIds.push(jobId);
      const sub = `Build:${run.id}:${jobId}`;
      const accessToken = await tokens.issue({ aud: azureDevOpsAudience, sub, seconds: jobTokenSeconds });
      return {
        accessToken,
        oidcRequestUri: `${apiUrl(context)}/distributedtask/hubs/build/plans/${run.planId}/jobs/${jobId}/oidctoken`,
      };
    },
    onEvent(listener) {
      context.events.on(run.planId, listener);
      return () => context.events.off(run.planId, listener);
    },
    updateRecord: (record) => updateTimelineRecord(run, record),
    addAttachment: (recordId, type, name, file) => copyAttachment(store, run, recordId, type, name, file),
    addTag(tag) {
      if (!run.tags.includes(tag)) run.tags.push(tag);
    },
    addArtifact(name, folder) {
      if (!run.artifacts.some((artifact) => artifact.name === name))
        run.artifacts.push({ id: run.artifacts.length + 1, name, folder });
    },
    setBuildNumber(value) {
      run.buildNumber = value;
    },
    appendLog(recordId, lines) {
      const log = logOf(run, recordId);
      log.lines.push(...lines);
      updateTimelineRecord(run, {
        id: recordId,
        log: { id: log.id, type: 'Container', url: `${apiUrl(context)}/build/builds/${run.id}/logs/${log.id}` },
      });
    },
    complete(result) {
      Object.assign(run, { status: 'completed', result, finishTime: new Date().toISOString() });
      store.save();
    },
  };
}

/** Starts the Azure DevOps part. Runs, attachments and pull requests are kept in the data folder. */
export async function createDevOps(options: DevOpsOptions): Promise<DevOps & { stop(): Promise<void> }> {
  const organization = 'sandbox';
  let collectionUrl = '';
  const store = openStore(options.dataFolder);
  const denied = new Set<JobPermission>();
  const context: DevOpsContext = {
    store,
    denied,
    tokens: options.tokens,
    connections: options.connections,
    organization,
    project: { id: '5ab0c1de-0000-4000-8000-00000000f001', name: 'mlops' },
    collectionUrl: () => collectionUrl,
    events: new EventEmitter(),
    log: options.log,
  };
  const server = await startServer({ app: createApp(context), tls: options.tls, port: options.port });
  collectionUrl = `${server.url}/${organization}/`;
  return {
    collectionUrl,
    organization,
    project: context.project,
    createRun: (run) => startRun(context, run),
    addPullRequest: (fields) => addPullRequest(store, fields).id,
    addDefinition: (name) => addDefinition(store, name),
    addWorkItem({ title, type = 'User Story', state = 'Active' }) {
      const id = store.state.workItems.length + 1;
      store.state.workItems.push({ id, title, type, state });
      return id;
    },
    addRelease(release) {
      const id = store.state.releases.length + 1;
      store.state.releases.push({ ...release, id, createdOn: new Date().toISOString() });
      return id;
    },
    deleteRun(id) {
      store.state.runs = store.state.runs.filter((run) => run.id !== id);
    },
    denied,
    async stop() {
      await server.stop();
      store.save();
    },
  };
}
