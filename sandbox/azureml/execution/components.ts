/** Component versions as the executor needs them: `properties.componentSpec` and checks of literal inputs. */
import type { AzureMlContext } from '../../contracts.ts';
import { findAsset } from './references.ts';

export interface ComponentInput {
  type: string;
  default?: unknown;
  optional?: unknown;
  min?: string | number;
  max?: string | number;
  enum?: unknown[];
}

/** `componentSpec` of the component that a node names; throws when the workspace has no such component. */
export function findComponent(context: AzureMlContext, reference: string, node: string): Record<string, any> {
  const found = findAsset(context, reference, 'components');
  if (!found) {
    const registry = /azureml:\/\/registries\/([^/]+)/.exec(reference)?.[1];
    const why = registry
      ? `the sandbox has no components in the registry '${registry}'`
      : 'it does not exist in this workspace';
    throw new Error(`Component '${reference}' of step '${node}' was not found: ${why}.`);
  }
  return found.properties.componentSpec ?? {};
}

/** Throws when a literal (not an expression) doesn't fit the declared type, range or enumeration. */
export function checkLiteral(place: string, input: ComponentInput, value: string): void {
  if (value.includes('${{')) return;
  const type = String(input.type).toLowerCase();
  const isNumber = type === 'number' || type === 'integer';
  if (isNumber && (value.trim() === '' || Number.isNaN(Number(value))))
    throw new Error(`${place}: '${value}' is not of type ${type}.`);
  if (type === 'integer' && !Number.isInteger(Number(value)))
    throw new Error(`${place}: '${value}' is not of type integer.`);
  if (type === 'boolean' && !/^(true|false)$/i.test(value))
    throw new Error(`${place}: '${value}' is not of type boolean.`);
  const below = isNumber && input.min !== undefined && Number(value) < Number(input.min);
  const above = isNumber && input.max !== undefined && Number(value) > Number(input.max);
  if (below || above) throw new Error(`${place}: ${value} is outside of ${input.min ?? '-∞'} to ${input.max ?? '∞'}.`);
  const allowed = Array.isArray(input.enum) ? input.enum.map(String) : [];
  if (allowed.length > 0 && !allowed.includes(value))
    throw new Error(`${place}: '${value}' is none of ${allowed.join(', ')}.`);
}
