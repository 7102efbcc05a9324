/** Logged models of MLflow 3 (`logged-models/*`): a model as an entity of its own, beside the run that made it. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStore } from '../history/run-store.ts';
import { type Endpoint, type Input, reads, writes } from './endpoint.ts';
import * as errors from './errors.ts';
import { findExperiment } from './experiments.ts';
import { checkMaxResults, checkParam, checkTag, paged } from './validation.ts';

interface LoggedModel {
  info: {
    model_id: string;
    experiment_id: string;
    name: string;
    creation_timestamp_ms: number;
    last_updated_timestamp_ms: number;
    artifact_uri: string;
    status: string;
    model_type?: string;
    source_run_id?: string;
    tags: { key: string; value: string }[];
  };
  data: { params: { key: string; value: string }[]; metrics: unknown[] };
  deleted: boolean;
}

/** The models of one workspace. */
export interface LoggedModels {
  has(modelId: string): boolean;
  list(): LoggedModel[];
  /** Throws RESOURCE_DOES_NOT_EXIST. */
  find(id: unknown, allowDeleted?: boolean): LoggedModel;
  add(model: LoggedModel): void;
  /** Keeps what was changed. */
  save(changed?: LoggedModel): void;
}

/** Opens the models kept in `folder`. */
export function openLoggedModels(folder: string): LoggedModels {
  const file = join(folder, 'logged-models.json');
  const models: LoggedModel[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  return {
    has: (id) => models.some((model) => model.info.model_id === id),
    list: () => [...models],
    find(id, allowDeleted = false) {
      const model = models.find((each) => each.info.model_id === id && (allowDeleted || !each.deleted));
      if (!model) throw errors.loggedModelNotFound(id);
      return model;
    },
    add: (model) => void models.push(model),
    save(changed) {
      if (changed) changed.info.last_updated_timestamp_ms = Date.now();
      writeFileSync(`${file}.new`, JSON.stringify(models, null, 1));
      renameSync(`${file}.new`, file);
    },
  };
}

const present = ({ info, data }: LoggedModel) => ({ info, data });

function create(store: RunStore, models: LoggedModels, input: Input) {
  const experiment = findExperiment(store, input.experiment_id);
  const id = `m-${randomBytes(16).toString('hex')}`;
  const model: LoggedModel = {
    info: {
      model_id: id,
      experiment_id: experiment.experimentId,
      name: String(input.name || id),
      creation_timestamp_ms: Date.now(),
      last_updated_timestamp_ms: Date.now(),
      artifact_uri: `mlflow-artifacts:/${experiment.experimentId}/models/${id}/artifacts`,
      status: 'LOGGED_MODEL_PENDING',
      model_type: input.model_type,
      source_run_id: input.source_run_id,
      tags: (input.tags ?? []).map(checkTag),
    },
    data: { params: (input.params ?? []).map(checkParam), metrics: [] },
    deleted: false,
  };
  models.add(model);
  models.save(model);
  return { model: present(model) };
}

function search(models: LoggedModels, input: Input) {
  const ids = [input.experiment_ids ?? []].flat();
  // Only equality on attributes (what `register_model` asks for): name, model_id, source_run_id, status.
  const wanted = [...String(input.filter ?? '').matchAll(/(?:attributes\.)?(\w+)\s*=\s*'([^']*)'/g)];
  const found = models
    .list()
    .filter(
      (model) =>
        !model.deleted &&
        (ids.length === 0 || ids.includes(model.info.experiment_id)) &&
        wanted.every(([, key, value]) => (model.info as Record<string, any>)[key!] === value),
    );
  const newest = found.reverse();
  const { items, ...next } = paged(newest, checkMaxResults(input.max_results, 50, 1000), input.page_token);
  return { models: items.map(present), ...next };
}

/** Endpoints that change a model that exists. */
function changeEndpoints(models: LoggedModels): Endpoint[] {
  const changed = (input: Input, change: (model: LoggedModel) => void) => {
    const model = models.find(input.model_id);
    change(model);
    models.save(model);
    return { model: present(model) };
  };
  return [
    writes('patch', 'logged-models/:model_id', (input) =>
      changed(input, ({ info }) => {
        info.status = String(input.status ?? info.status);
      }),
    ),
    writes('post', 'logged-models/:model_id/params', (input) => {
      changed(input, ({ data }) => data.params.push(...(input.params ?? []).map(checkParam)));
      return {};
    }),
    writes('patch', 'logged-models/:model_id/tags', (input) =>
      changed(input, ({ info }) => {
        const added = (input.tags ?? []).map(checkTag);
        info.tags = [...info.tags.filter((tag) => !added.some((each: any) => each.key === tag.key)), ...added];
      }),
    ),
    writes('delete', 'logged-models/:model_id/tags/:key', (input) => {
      changed(input, ({ info }) => {
        info.tags = info.tags.filter((tag) => tag.key !== input.key);
      });
      return {};
    }),
  ];
}

export const loggedModelEndpoints = (store: RunStore, models: LoggedModels): Endpoint[] => [
  writes('post', 'logged-models', (input) => create(store, models, input)),
  reads('post', 'logged-models/search', (input) => search(models, input)),
  reads('get', 'logged-models/:model_id', (input) => ({
    model: models.find(input.model_id, String(input.allow_deleted) === 'true'),
  })),
  writes('delete', 'logged-models/:model_id', (input) => {
    models.find(input.model_id).deleted = true;
    models.save();
    return {};
  }),
  ...changeEndpoints(models),
];
