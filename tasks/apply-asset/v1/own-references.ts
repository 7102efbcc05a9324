import { LATEST, type Plan, type Requirement } from '../../../lib/plan/plan.ts';

/**
 * The plan without the references to what the plans before it make: those exist when it is applied.
 * @returns also whether one of them is to the newest version, which is known only then
 */
export function withoutOwn(plan: Plan, before: readonly Plan[]): { plan: Plan; hasLatest: boolean } {
  const own = plan.requirements.filter((one) => before.some(({ main }) => isOf(one, main.path)));
  return {
    plan: { ...plan, requirements: plan.requirements.filter((one) => !own.includes(one)) },
    hasLatest: own.some(({ version }) => version === LATEST),
  };
}

function isOf({ kind, name, version, registry }: Requirement, path: string): boolean {
  if (registry !== undefined) return false;
  const below = path.replace(/^.*\/workspaces\/[^/]+\//, '').split('/');
  if (below[0] !== kind || below[1] !== name) return false;
  return version === '' || version === LATEST || version === below[3];
}
