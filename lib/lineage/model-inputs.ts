import { parseAssetId } from '../azureml/asset-ids.ts';
import type { Job } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { namedAsset } from './named-asset.ts';
import type { ReadModel } from './walk.ts';

/** Models that a job has read: those of a version, which its inputs and those of its steps name. */
export function modelInputs({ properties: { inputs, jobs } }: Job, ws: Workspace, from: string): ReadModel[] {
  const own = Object.entries(inputs ?? {}).map(([name, { jobInputType, uri }]) => [name, jobInputType, uri] as const);
  const ofSteps = Object.entries(jobs ?? {}).flatMap(([step, { inputs: read }]) =>
    Object.entries(read ?? {}).map(([name, value]) => {
      const { job_input_type: type, uri } = (value ?? {}) as { job_input_type?: string; uri?: string };
      return [`${step}.${name}`, type ?? '', uri] as const;
    }),
  );
  return [...own, ...ofSteps].flatMap(([input, type, uri]) => {
    if (!/model$/i.test(type) || typeof uri !== 'string') return [];
    const asset = parseAssetId(uri) ?? namedAsset(uri);
    return asset ? [{ ...asset, workspace: placeOf(asset) ?? ws.path, from, input }] : [];
  });
}

function placeOf(asset: object): string | undefined {
  return 'workspace' in asset && typeof asset.workspace === 'string' ? asset.workspace : undefined;
}
