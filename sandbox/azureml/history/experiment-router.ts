/** Run history's routes for experiments. */
import express from 'express';
import * as errors from './errors.ts';
import type { Experiment } from './run.ts';
import type { RunStore } from './run-store.ts';

function toExperiment(experiment: Experiment) {
  return {
    experimentId: experiment.experimentId,
    name: experiment.name,
    description: null,
    createdUtc: experiment.createdUtc,
    tags: experiment.tags,
    archivedTime: experiment.lifecycleStage === 'deleted' ? experiment.lastUpdatedUtc : null,
    retainForLifetimeOfWorkspace: false,
    artifactLocation: null,
  };
}

/** `Default` is there from the start; it is in lists once something ran in it. */
const hasRuns = (store: RunStore, { experimentId, name }: Experiment): boolean =>
  name !== 'Default' || store.list().some((run) => run.experimentId === experimentId);

/** Routes below the workspace's history root. */
export function createExperimentRouter(store: RunStore): express.Router {
  const router = express.Router({ mergeParams: true });
  router.post('/experiments\\:query', (request, response) => {
    const name = /Name\s+eq\s+'([^']*)'/i.exec(String(request.body?.filter ?? ''))?.[1];
    const all = store.experiments().filter((experiment) => hasRuns(store, experiment) || experiment.name === name);
    const found = all.filter((experiment) => name === undefined || experiment.name === name);
    response.json({ value: found.map(toExperiment) });
  });
  router.get(['/experiments/:key', '/experimentids/:key'], (request, response) => {
    const { key } = request.params as { key: string };
    const experiment = store.experiment({ name: key }) ?? store.experiment({ id: key });
    if (!experiment) return errors.refuse(response, errors.experimentNotFound(key));
    response.json(toExperiment(experiment));
  });
  router.post('/experiments/:key', (request, response) => {
    response.json(toExperiment(store.ensureExperiment(request.params.key, request.body?.tags ?? {})));
  });
  return router;
}
