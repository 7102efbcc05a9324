import type { Problem } from '../core/errors.ts';
import type { PlanStep, Requirement } from '../plan/plan.ts';
import type { Findings } from './schema/check.ts';

/** Collects steps while a file is compiled; an asset that is asked for twice is planned once. */
export interface PlanBuilder {
  readonly workspace: string;
  readonly steps: PlanStep[];
  readonly requirements: Requirement[];
  readonly warnings: Problem[];
  readonly problems: Findings;
  /** Adds the step unless one with this key is there. */
  addStep(key: string, step: PlanStep): void;
  require(requirement: Requirement): void;
}

/** @param allowUnknownFields they become warnings instead of problems */
export function createPlanBuilder(workspace: string, allowUnknownFields = false): PlanBuilder {
  const keys = new Set<string>();
  const warnings: Problem[] = [];
  const problems: Findings = [];
  problems.passedOn = warnings;
  if (allowUnknownFields) problems.tolerated = warnings;
  const builder: PlanBuilder = {
    workspace,
    steps: [],
    requirements: [],
    warnings,
    problems,
    addStep(key, step) {
      if (keys.has(key)) return;
      keys.add(key);
      builder.steps.push(step);
    },
    require(requirement) {
      const key = ({ kind, name, version, registry }: Requirement): string =>
        JSON.stringify([registry, kind, name, version]);
      if (!builder.requirements.some((one) => key(one) === key(requirement))) builder.requirements.push(requirement);
    },
  };
  return builder;
}
