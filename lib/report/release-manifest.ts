import type { Workspace } from '../azureml/workspace.ts';
import { type PipelineRun, withoutCredentials } from '../lineage/pipeline-run.ts';
import { type ModelOrigin, originOf } from '../rollout/model-origin.ts';
import type { RolloutPlan } from '../rollout/plan-rollout.ts';
import type { ServedModel } from '../rollout/served-model.ts';
import { type Traffic, withoutZeros } from '../rollout/traffic.ts';

/** What `model-release.json` says: an app's pipeline reads which model it is tested and released with. */
export interface ReleaseManifest {
  version: 1;
  result: string;
  endpoint: { name: string; scoringUri: string; deployment: string; traffic: Traffic; previousTraffic: Traffic };
  model: { id: string; name: string; version: string } & ModelOrigin;
  workspace: string;
  run: { kind: string; id: string; number: string; url: string; repository: string; branch: string; commit: string };
}

/** Describes a release. It holds no secret. */
export function releaseManifest(release: {
  workspace: Workspace;
  rollout: RolloutPlan;
  model: ServedModel;
  traffic: Traffic;
  scoringUri: string;
  run: PipelineRun;
  result: string;
}): ReleaseManifest {
  const { workspace, rollout, model, traffic, scoringUri, run, result } = release;
  const { kind, id, number, url, repository, branch, commit } = run;
  return {
    version: 1,
    result,
    endpoint: {
      name: rollout.endpoint,
      scoringUri,
      deployment: rollout.deployment,
      traffic: withoutZeros(traffic),
      previousTraffic: rollout.before,
    },
    model: {
      id: model.id,
      name: model.name,
      version: model.version,
      ...originOf(model, run),
    },
    workspace: workspace.path,
    run: { kind, id, number, url, repository: withoutCredentials(repository), branch, commit },
  };
}
