/** `experiments/*` of MLflow's REST API. */
import type { Experiment } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid, MlflowError, missing } from './errors.ts';
import { matches, parseFilter } from './filter.ts';
import { sortBy } from './order.ts';
import { checkMaxResults, checkTag, paged } from './validation.ts';
import { toMlflowExperiment } from './wire.ts';

/** Names in filters and orders. */
const attributes = ['name', 'experiment_id', 'creation_time', 'last_update_time', 'lifecycle_stage'];

/** The experiment with that id; throws RESOURCE_DOES_NOT_EXIST. */
export function findExperiment(store: RunStore, id: unknown): Experiment {
  const experiment = store.experiment({ id: String(id ?? '') });
  if (!experiment) throw missing(`No Experiment with id=${id} exists`);
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

export function experimentEndpoints(store: RunStore): Endpoint[] {
  const save = (experiment: Experiment, change: Partial<Experiment>) => {
    Object.assign(experiment, change, { lastUpdatedUtc: new Date().toISOString() });
    store.saveExperiment(experiment);
    return {};
  };
  const search = (input: Record<string, any>) => {
    const filter = parseFilter(input.filter, attributes);
    const found = store
      .experiments()
      .filter((each) => visible(input.view_type, each.lifecycleStage) && matches(filter, lookup(each)));
    const newestFirst = (a: Experiment, b: Experiment) => b.createdUtc.localeCompare(a.createdUtc);
    const ordered = sortBy(found, [input.order_by ?? []].flat(), lookup, attributes, newestFirst);
    const { items, ...next } = paged(ordered, checkMaxResults(input.max_results, 1000, 50000), input.page_token);
    return { experiments: items.map(toMlflowExperiment), ...next };
  };
  return [
    {
      method: 'post',
      path: 'experiments/create',
      writes: true,
      handle({ name, tags }) {
        if (typeof name !== 'string' || name.trim() === '')
          throw invalid("Missing value for required parameter 'name'.");
        const known = store.experiment({ name });
        if (known)
          throw new MlflowError(
            'RESOURCE_ALREADY_EXISTS',
            `Experiment(name=${name}) already exists${known.lifecycleStage === 'deleted' ? ' in deleted state' : ''}.`,
          );
        const own = Object.fromEntries((tags ?? []).map(checkTag).map((tag: any) => [tag.key, tag.value]));
        return { experiment_id: store.ensureExperiment(name, own).experimentId };
      },
    },
    {
      method: 'get',
      path: 'experiments/get',
      handle: ({ experiment_id }) => ({ experiment: toMlflowExperiment(findExperiment(store, experiment_id)) }),
    },
    {
      method: 'get',
      path: 'experiments/get-by-name',
      handle({ experiment_name }) {
        const found = store.experiment({ name: String(experiment_name ?? '') });
        if (!found) throw missing(`Could not find experiment with name '${experiment_name}'`);
        return { experiment: toMlflowExperiment(found) };
      },
    },
    { method: 'post', path: 'experiments/search', handle: search },
    { method: 'get', path: 'experiments/search', handle: search },
    { method: 'get', path: 'experiments/list', handle: search },
    {
      method: 'post',
      path: 'experiments/delete',
      writes: true,
      handle: ({ experiment_id }) => save(findExperiment(store, experiment_id), { lifecycleStage: 'deleted' }),
    },
    {
      method: 'post',
      path: 'experiments/restore',
      writes: true,
      handle: ({ experiment_id }) => save(findExperiment(store, experiment_id), { lifecycleStage: 'active' }),
    },
    {
      method: 'post',
      path: 'experiments/update',
      writes: true,
      handle({ experiment_id, new_name }) {
        const experiment = findExperiment(store, experiment_id);
        if (typeof new_name !== 'string' || !new_name)
          throw invalid("Missing value for required parameter 'new_name'.");
        if (store.experiment({ name: new_name }))
          throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${new_name}) already exists.`);
        for (const run of store.list().filter((each) => each.experimentId === experiment.experimentId)) {
          store.save(Object.assign(run, { experimentName: new_name }));
        }
        return save(experiment, { name: new_name });
      },
    },
    {
      method: 'post',
      path: 'experiments/set-experiment-tag',
      writes: true,
      handle({ experiment_id, ...tag }) {
        const experiment = findExperiment(store, experiment_id);
        const { key, value } = checkTag(tag);
        return save(experiment, { tags: { ...experiment.tags, [key]: value } });
      },
    },
    {
      method: 'post',
      path: 'experiments/delete-experiment-tag',
      writes: true,
      handle({ experiment_id, key }) {
        const experiment = findExperiment(store, experiment_id);
        const { [key]: removed, ...tags } = experiment.tags;
        if (removed === undefined) throw missing(`No tag with name: ${key} in experiment with id ${experiment_id}`);
        return save(experiment, { tags });
      },
    },
  ];
}
