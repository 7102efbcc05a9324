import { compact } from '../plan.ts';
import { commandComponent, inlineCommandNode } from '../schema/job.ts';
import { get, isNull, jsonOf, textOf, type YamlNode } from '../yaml.ts';
import { compileCode } from './code.ts';
import { prefixed } from './component.ts';
import type { ComponentType } from './context.ts';
import { compileEnvironment } from './environment.ts';
import { commandLimits, distribution, nodeResources, textMap } from './run-settings.ts';

/** Components and steps that run a command. */
export const commandType: ComponentType = {
  fileSchema: commandComponent,
  inlineSchema: inlineCommandNode,
  inlineMarks: ['command', 'code', 'environment'],
  spec: (context, node, path) =>
    compact({
      command: textOf(get(node, 'command')),
      code: prefixed(compileCode(context, get(node, 'code'), fieldAt(path, 'code'))),
      environment: prefixed(compileEnvironment(context, get(node, 'environment'), fieldAt(path, 'environment'))),
      resources: nodeResources(get(node, 'resources')),
      distribution: distribution(get(node, 'distribution'), 'component'),
    }),
  stepFields: (_context, node) =>
    compact({
      environment_variables: optionalMap(get(node, 'environment_variables')),
      resources: nodeResources(get(node, 'resources')),
      distribution: distribution(get(node, 'distribution'), 'node'),
      limits: commandLimits(get(node, 'limits'), 'node'),
      queue_settings: jsonOf(get(node, 'queue_settings')),
      services: jsonOf(get(node, 'services')),
    }),
};

/** Path of a field of a node: `jobs.train.code`, or `code` in a component's own file. */
export function fieldAt(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

function optionalMap(node: YamlNode | undefined): Record<string, string> | undefined {
  return isNull(node) ? undefined : textMap(node);
}
