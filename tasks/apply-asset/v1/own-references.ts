import type { AssetChange } from '../../../lib/plan/asset.ts';
import { LATEST, type Plan, type Requirement } from '../../../lib/plan/plan.ts';
import type { Replacement } from '../../../lib/plan/replace.ts';

/** Another file of the set, which is applied before. */
interface Before {
  plan: Plan;
  change: AssetChange;
}

/**
 * The plan without the references to what the plans before it make: those exist when it is applied.
 * @returns also what has to be put in place of references to the newest version: the one that is made. A plan before that makes
 *   no new version leaves the reference as it is, so the newest one that exists is meant.
 */
export function withoutOwn(plan: Plan, before: readonly Before[]): { plan: Plan; known: Replacement[] } {
  const known = new Map<string, string>();
  const requirements = plan.requirements.filter((one) => {
    const maker = before.find(({ plan: { main } }) => isOf(one, main.path));
    if (maker === undefined) return true;
    if (one.version !== LATEST) return false;
    if (maker.change.action !== 'create') return true;
    known.set(maker.plan.main.path.replace(/[^/]*$/, LATEST), maker.change.plan.main.path);
    return false;
  });
  return { plan: { ...plan, requirements }, known: [...known] };
}

function isOf({ kind, name, version, registry }: Requirement, path: string): boolean {
  if (registry !== undefined) return false;
  const below = path.replace(/^.*\/workspaces\/[^/]+\//, '').split('/');
  if (below[0] !== kind || below[1] !== name) return false;
  return version === '' || version === LATEST || version === below[3];
}
