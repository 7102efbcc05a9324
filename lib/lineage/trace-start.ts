import { parseAssetId } from '../azureml/asset-ids.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { messages } from './messages.ts';

/** Where a trace begins. */
export type TraceStart =
  /** An online endpoint, and the deployment that is meant; without one the deployment that gets most of the traffic. */
  | { kind: 'endpoint'; name: string; deployment?: string }
  /** @property version undefined for the newest @property workspace ARM path of another workspace */
  | { kind: 'model'; name: string; version?: string; registry?: string; workspace?: string }
  | { kind: 'job'; name: string }
  /** @property id number of the run, or the commit's id or at least seven characters of it */
  | { kind: 'build' | 'release' | 'commit'; id: string };

const NAME = '[A-Za-z0-9][\\w.-]*';

/**
 * Reads `endpoint:churn`, `deployment:churn/blue`, `model:churn:7`, `model:churn` and `model:churn@latest` (the newest version),
 * the id of a model's version in the workspace or a registry, `job:train-1`,
 * `build:1234`, `release:12` and `commit:1a2b3c4d`.
 * @throws UserError `TraceStartInvalid`
 */
export function parseTraceStart(text: string): TraceStart {
  const value = text.trim();
  const asset = parseAssetId(value);
  if (asset?.kind === 'models') {
    const { kind: _, ...named } = asset;
    return { kind: 'model', ...named };
  }
  const endpoint = new RegExp(`^(?:endpoint|deployment):(${NAME})(?:/(${NAME}))?$`, 'i').exec(value);
  const isDeployment = /^deployment:/i.test(value);
  if (endpoint && (!isDeployment || endpoint[2] !== undefined))
    return { kind: 'endpoint', name: endpoint[1]!, ...(endpoint[2] ? { deployment: endpoint[2] } : {}) };
  const model = new RegExp(`^model:(${NAME})(?::(${NAME})|@latest)?$`, 'i').exec(value);
  if (model) return { kind: 'model', name: model[1]!, ...(model[2] ? { version: model[2] } : {}) };
  const job = new RegExp(`^job:(${NAME})$`, 'i').exec(value);
  if (job) return { kind: 'job', name: job[1]! };
  const [, run, id] = /^(build|release):(\d+)$/i.exec(value) ?? [];
  if (run && id) return { kind: run.toLowerCase() as 'build' | 'release', id };
  const [, commit] = /^commit:([\da-f]{7,40})$/i.exec(value) ?? [];
  if (commit) return { kind: 'commit', id: commit };
  throw new UserError({
    code: 'TraceStartInvalid',
    message: fill(messages.TraceStartInvalid, { value }),
    fix: fill(messages.TraceStartInvalidFix),
  });
}
