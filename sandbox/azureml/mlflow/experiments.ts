/** `experiments/*` of MLflow's REST API. */
import type { Experiment } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import { type Endpoint, type Input, reads, writes } from './endpoint.ts';
import * as errors from './errors.ts';
import { matches, parseFilter } from './filter.ts';
import { sortBy } from './order.ts';
import { checkMaxResults, checkTag, paged } from './validation.ts';
import { toMlflowExperiment } from './wire.ts';

/** Names in filters and orders. */
const attributes = ['name', 'experiment_id', 'creation_time', 'last_update_time', 'lifecycle_stage'];

/** The experiment with that id; throws RESOURCE_DOES_NOT_EXIST. */
export function findExperiment(store: RunStore, id: unknown): Experiment {
  const experiment = store.experiment({ id: String(id ?? '') });
  if (!experiment) throw errors.experimentNotFound(id);
  return experiment;
}

function visible(viewType: unknown, stage: 'active' | 'deleted'): boolean {
  const view = String(viewType ?? 'ACTIVE_ONLY').toUpperCase();
  return view === 'ALL' || (view === 'DELETED_ONLY') === (stage === 'deleted');
}

function lookup(experiment: Experiment) {
  const wire: Record<string, any> = toMlflowExperiment(experiment);
  return ({ entity, key }: { entity: string; key: string }) => (entity === 'tag' ? experiment.tags[key] : wire[key]);
}

function search(store: RunStore, input: Input) {
  const filter = parseFilter(input.filter, attributes);
  const found = store
    .experiments()
    .filter((each) => visible(input.view_type, each.lifecycleStage) && matches(filter, lookup(each)));
  const newestFirst = (a: Experiment, b: Experiment) => b.createdUtc.localeCompare(a.createdUtc);
  const ordered = sortBy(found, [input.order_by ?? []].flat(), lookup, attributes, newestFirst);
  const { items, ...next } = paged(ordered, checkMaxResults(input.max_results, 1000, 50000), input.page_token);
  return { experiments: items.map(toMlflowExperiment), ...next };
}

function readEndpoints(store: RunStore): Endpoint[] {
  const searching = (input: Input) => search(store, input);
  return [
    reads('get', 'experiments/get', ({ experiment_id }) => ({
      experiment: toMlflowExperiment(findExperiment(store, experiment_id)),
    })),
    reads('get', 'experiments/get-by-name', ({ experiment_name }) => {
      const found = store.experiment({ name: String(experiment_name ?? '') });
      if (!found) throw errors.experimentNameNotFound(experiment_name);
      return { experiment: toMlflowExperiment(found) };
    }),
    reads('post', 'experiments/search', searching),
    reads('get', 'experiments/search', searching),
    reads('get', 'experiments/list', searching),
  ];
}

function create(store: RunStore, { name, tags }: Input) {
  if (typeof name !== 'string' || !name.trim()) throw errors.parameterMissing('name');
  const known = store.experiment({ name });
  if (known) throw errors.experimentExists(name, known.lifecycleStage === 'deleted');
  const own = Object.fromEntries((tags ?? []).map(checkTag).map((tag: any) => [tag.key, tag.value]));
  return { experiment_id: store.ensureExperiment(name, own).experimentId };
}

function save(store: RunStore, experiment: Experiment, change: Partial<Experiment>) {
  Object.assign(experiment, change, { lastUpdatedUtc: new Date().toISOString() });
  store.saveExperiment(experiment);
  return {};
}

function rename(store: RunStore, { experiment_id, new_name }: Input) {
  const experiment = findExperiment(store, experiment_id);
  if (typeof new_name !== 'string' || !new_name) throw errors.parameterMissing('new_name');
  if (store.experiment({ name: new_name })) throw errors.experimentExists(new_name);
  for (const run of store.list().filter((each) => each.experimentId === experiment.experimentId)) {
    store.save(Object.assign(run, { experimentName: new_name }));
  }
  return save(store, experiment, { name: new_name });
}

function setTag(store: RunStore, { experiment_id, ...tag }: Input) {
  const experiment = findExperiment(store, experiment_id);
  const { key, value } = checkTag(tag);
  return save(store, experiment, { tags: { ...experiment.tags, [key]: value } });
}

function deleteTag(store: RunStore, { experiment_id, key }: Input) {
  const experiment = findExperiment(store, experiment_id);
  const { [key]: removed, ...tags } = experiment.tags;
  if (removed === undefined) throw errors.experimentTagNotFound(key, experiment_id);
  return save(store, experiment, { tags });
}

export function experimentEndpoints(store: RunStore): Endpoint[] {
  const setStage = (lifecycleStage: Experiment['lifecycleStage']) => (input: Input) =>
    save(store, findExperiment(store, input.experiment_id), { lifecycleStage });
  return [
    ...readEndpoints(store),
    writes('post', 'experiments/create', (input) => create(store, input)),
    writes('post', 'experiments/delete', setStage('deleted')),
    writes('post', 'experiments/restore', setStage('active')),
    writes('post', 'experiments/update', (input) => rename(store, input)),
    writes('post', 'experiments/set-experiment-tag', (input) => setTag(store, input)),
    writes('post', 'experiments/delete-experiment-tag', (input) => deleteTag(store, input)),
  ];
}
