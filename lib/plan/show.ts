import { formatBytes } from '../core/duration.ts';
import type { Table } from '../core/table.ts';
import type { InspectedPlan } from './inspect.ts';
import { mainName, type PlannedRequest, type PlanStep } from './plan.ts';

/** What a plan does, a row a step. */
export function planTable({ steps, actions, main }: InspectedPlan): Table {
  return {
    columns: ['#', 'What', 'Name', 'Action', 'Files', 'Size'],
    rows: [
      ...steps.map((step, i) => [String(i + 1), step.kind, step.label, actions[i]!, ...sizes(step)]),
      [String(steps.length + 1), 'job', mainName({ main }), 'submit', '', ''],
    ],
    right: [0, 4, 5],
  };
}

function sizes(step: PlanStep): [files: string, size: string] {
  if (step.kind !== 'code' && step.kind !== 'upload') return ['', ''];
  return [String(step.snapshot.files.length), formatBytes(step.snapshot.size)];
}

/** One request that a plan would send; uploads are told by their target. */
export interface ShownRequest {
  title: string;
  body?: unknown;
}

/** Every write that is left to do, in the plan's order, for `whatIf`. `{container}` stands for the container that the service opens. */
export function planRequests({ steps, actions, main }: InspectedPlan): ShownRequest[] {
  const show = ({ method, path, apiVersion, body }: PlannedRequest): ShownRequest => ({
    title: `${method} ${path}?api-version=${apiVersion}`,
    body,
  });
  const shown = steps
    .filter((_, i) => actions[i] !== 'reuse')
    .flatMap((step): ShownRequest[] => {
      if (step.kind === 'upload')
        return [
          {
            title: `PUT ${step.snapshot.files.length} blobs (${formatBytes(step.snapshot.size)}) to ${step.datastore}/${step.prefix}`,
          },
        ];
      if (step.kind !== 'code') return [show(step.request)];
      const { path, apiVersion } = step.request;
      return [
        {
          title: `POST ${path}/startPendingUpload?api-version=${apiVersion}`,
          body: { pendingUploadType: 'TemporaryBlobReference' },
        },
        {
          title: `PUT ${step.snapshot.files.length} blobs (${formatBytes(step.snapshot.size)}) to {container}/${step.prefix}`,
        },
        show(step.request),
      ];
    });
  return [...shown, show(main)];
}
