import { UserError } from '../core/errors.ts';
import type { EndpointState } from './endpoint-state.ts';
import { isOwnTraffic, isUnfinished } from './saved-rollout.ts';

/** Names that take turns. */
const COLOURS = ['blue', 'green'] as const;

/** How a deployment gets its name. */
export interface Naming {
  /** `colour`, `version`, a name, or undefined: the file's. */
  wanted: string | undefined;
  /** The file's. */
  written: string | undefined;
  /** `churn:7`, when the deployment has a registered model. */
  model: string | undefined;
  /** The pipeline run's id: a run that goes on with its rollout has its name already. */
  id: string;
}

/** The longest name that the service takes. */
const LONGEST = 32;
const LONGEST_VERSION = 20;

/**
 * The name of the deployment. `colour` gives `blue` or `green`, whichever does not serve; `version` gives the model's name
 * and version. Without a name anywhere the colours take turns.
 * @throws UserError `DeploymentNameUnknown`
 */
export function deploymentName({ saved, traffic }: EndpointState, { wanted, written, model, id }: Naming): string {
  const how = wanted?.toLowerCase() ?? (written === undefined ? 'colour' : written);
  if (how === 'version') return versionName(model);
  if (how !== 'colour' && how !== 'color') return how.toLowerCase();
  if (saved?.id === id && saved.phase !== 'rolledBack') return saved.to;
  // A rollout that was cut off is undone first, so what served before it serves.
  const serving = saved && isUnfinished(saved) && isOwnTraffic(saved, traffic) ? saved.before : traffic;
  return COLOURS.find((colour) => (serving[colour] ?? 0) === 0) ?? COLOURS[1];
}

/** True when the name can't be known before the version of the model is. */
export function needsVersion({ wanted }: Pick<Naming, 'wanted'>): boolean {
  return wanted?.toLowerCase() === 'version';
}

/** `churn-7`: letters, digits and hyphens, a letter first, 3 to 32 of them. */
function versionName(model: string | undefined): string {
  if (model === undefined)
    throw new UserError({
      code: 'DeploymentNameUnknown',
      message: 'The input deploymentName is version, but the deployment does not have a registered model.',
      fix: 'Name the deployment, or set deploymentName to colour.',
    });
  const [name = '', version = ''] = model.split(':');
  const stem = plain(name).replace(/^[-\d]+/, '') || 'model';
  // The end of a long version says most.
  const end = plain(plain(version).slice(-LONGEST_VERSION));
  return `${stem.slice(0, LONGEST - end.length - 1).replace(/-+$/, '')}-${end}`;
}

/** Letters, digits and hyphens between them. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
