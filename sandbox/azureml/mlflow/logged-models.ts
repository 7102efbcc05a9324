/** Logged models of MLflow 3 (`logged-models/*`): a model as an entity of its own, beside the run that made it. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStore } from '../history/run-store.ts';
import type { Endpoint } from './endpoint.ts';
import { missing } from './errors.ts';
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

export interface LoggedModels {
  has(modelId: string): boolean;
  endpoints: Endpoint[];
}

/** Opens the models kept in `folder`. */
export function openLoggedModels(store: RunStore, folder: string): LoggedModels {
  const file = join(folder, 'logged-models.json');
  const models: LoggedModel[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const find = (id: unknown, allowDeleted = false) => {
    const model = models.find((each) => each.info.model_id === id && (allowDeleted || !each.deleted));
    if (!model) throw missing(`Logged model with ID '${id}' not found.`);
    return model;
  };
  const save = (model?: LoggedModel) => {
    if (model) model.info.last_updated_timestamp_ms = Date.now();
    writeFileSync(`${file}.new`, JSON.stringify(models, null, 1));
    renameSync(`${file}.new`, file);
    return model ? { model: { info: model.info, data: model.data } } : {};
  };

  function create(input: Record<string, any>) {
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
    models.push(model);
    return save(model);
  }

  function search(input: Record<string, any>) {
    const ids = [input.experiment_ids ?? []].flat();
    // Only equality on attributes (what `register_model` asks for): name, model_id, source_run_id, status.
    const wanted = [...String(input.filter ?? '').matchAll(/(?:attributes\.)?(\w+)\s*=\s*'([^']*)'/g)];
    const found = models.filter(
      (model) =>
        !model.deleted &&
        (ids.length === 0 || ids.includes(model.info.experiment_id)) &&
        wanted.every(([, key, value]) => (model.info as Record<string, any>)[key!] === value),
    );
    const newest = found.reverse();
    const { items, ...next } = paged(newest, checkMaxResults(input.max_results, 50, 1000), input.page_token);
    return { models: items.map(({ info, data }) => ({ info, data })), ...next };
  }

  const endpoints: Endpoint[] = [
    { method: 'post', path: 'logged-models', writes: true, handle: create },
    { method: 'post', path: 'logged-models/search', handle: search },
    {
      method: 'get',
      path: 'logged-models/:model_id',
      handle: (input) => ({ model: find(input.model_id, String(input.allow_deleted) === 'true') }),
    },
    {
      method: 'patch',
      path: 'logged-models/:model_id',
      writes: true,
      handle(input) {
        const model = find(input.model_id);
        model.info.status = String(input.status ?? model.info.status);
        return save(model);
      },
    },
    {
      method: 'delete',
      path: 'logged-models/:model_id',
      writes: true,
      handle(input) {
        find(input.model_id).deleted = true;
        return save();
      },
    },
    {
      method: 'post',
      path: 'logged-models/:model_id/params',
      writes: true,
      handle(input) {
        const model = find(input.model_id);
        model.data.params.push(...(input.params ?? []).map(checkParam));
        save(model);
        return {};
      },
    },
    {
      method: 'patch',
      path: 'logged-models/:model_id/tags',
      writes: true,
      handle(input) {
        const model = find(input.model_id);
        const added = (input.tags ?? []).map(checkTag);
        model.info.tags = [
          ...model.info.tags.filter((tag) => !added.some((each: any) => each.key === tag.key)),
          ...added,
        ];
        return save(model);
      },
    },
    {
      method: 'delete',
      path: 'logged-models/:model_id/tags/:key',
      writes: true,
      handle(input) {
        const model = find(input.model_id);
        model.info.tags = model.info.tags.filter((tag) => tag.key !== input.key);
        save(model);
        return {};
      },
    },
  ];
  return { has: (id) => models.some((model) => model.info.model_id === id), endpoints };
}
