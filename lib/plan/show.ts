import { formatBytes } from '../core/duration.ts';
import type { Table } from '../core/table.ts';
import type { Difference } from './differences.ts';
import type { InspectedPlan } from './inspect.ts';
import type { PlannedRequest, PlanStep } from './plan.ts';
import { shownDifference, withoutSecrets } from './secrets.ts';

/** What a plan does, one row per step. */
export function planTable({ workspace, steps, actions, main, mainAction }: InspectedPlan): Table {
  const below = main.path.slice(workspace.length + 1).split('/');
  return {
    columns: ['#', 'What', 'Name', 'Action', 'Files', 'Size'],
    rows: [
      ...steps.map((step, i) => [String(i + 1), step.kind, step.label, actions[i]!, ...sizes(step)]),
      [String(steps.length + 1), wordOf(below), nameIn(below), mainAction, '', ''],
    ],
    right: [0, 4, 5],
  };
}

/** What the resources of a collection are called; those below an endpoint are its deployments. */
const WORDS: Readonly<Record<string, string>> = {
  components: 'component',
  computes: 'compute',
  data: 'data',
  environments: 'environment',
  jobs: 'job',
  models: 'model',
  schedules: 'schedule',
  onlineEndpoints: 'online endpoint',
  batchEndpoints: 'batch endpoint',
};

/** The collection that a request writes to: `data`, `computes`. */
export function collectionOf({ path }: Pick<PlannedRequest, 'path'>): string {
  return path.replace(/^.*\/workspaces\/[^/]+\//, '').split('/')[0]!;
}

/** What the main request makes, for messages: `['data', 'iris:3']`. */
export function mainWords({ main }: Pick<InspectedPlan, 'main'>): [kind: string, name: string] {
  const below = main.path.replace(/^.*\/workspaces\/[^/]+\//, '').split('/');
  return [wordOf(below), nameIn(below)];
}

/** What there is beside what the file has, one row per member; secrets are hidden. */
export function differenceTable(differences: readonly Difference[]): Table {
  return {
    columns: ['Field', 'In the workspace', 'In the file'],
    rows: differences.map(({ field, planned, present }) => [
      field.replace(/^properties\./, ''),
      shown(shownDifference(field, present)),
      shown(shownDifference(field, planned)),
    ]),
  };
}

const LONGEST_SHOWN = 120;

function shown(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function wordOf([collection = '', , inner]: readonly string[]): string {
  const word = WORDS[collection] ?? collection;
  return inner === 'deployments' ? word.replace('endpoint', 'deployment') : word;
}

/** `blue`; of an asset `iris:7`. */
function nameIn([, name = '', inner, innerName]: readonly string[]): string {
  return inner === 'versions' ? `${name}:${innerName}` : (innerName ?? name);
}

function sizes(step: PlanStep): [files: string, size: string] {
  if (step.kind !== 'code' && step.kind !== 'upload') return ['', ''];
  return [String(step.snapshot.files.length), formatBytes(step.snapshot.size)];
}

/** One request that a plan would send; uploads are shown by their target. */
export interface ShownRequest {
  title: string;
  body?: unknown;
}

/** Every write that is left to do, in the plan's order and without its secrets, for `whatIf`. `{container}` is the container that the service opens. */
export function planRequests({ steps, actions, main, mainAction }: InspectedPlan): ShownRequest[] {
  const show = ({ method, path, apiVersion, body }: PlannedRequest): ShownRequest => ({
    title: `${method} ${path}?api-version=${apiVersion}`,
    body: withoutSecrets(body),
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
  return mainAction === 'reuse' ? shown : [...shown, show(main)];
}
