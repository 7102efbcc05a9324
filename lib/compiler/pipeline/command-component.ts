import { compact } from '../../core/json.ts';
import { compileComponentCode } from '../assets/code.ts';
import { prefixed } from '../assets/component.ts';
import { compileEnvironment } from '../assets/environment.ts';
import type { ComponentType } from '../context.ts';
import { commandLimits, distribution } from '../ports/run-settings.ts';
import { commandComponent } from '../schema/component.ts';
import { inlineCommandNode } from '../schema/job.ts';
import { fieldAt, get, given, jsonOf, textOf } from '../yaml/yaml.ts';
import { componentResources, nodeQueueSettings, nodeResources, nodeServices } from './step-settings.ts';

/** Components and steps that run a command. */
export const commandType: ComponentType = {
  fileSchema: commandComponent,
  inlineSchema: inlineCommandNode,
  inlineMarks: ['command', 'code', 'environment'],
  spec: (context, node, path) =>
    compact({
      command: textOf(get(node, 'command')),
      code: prefixed(compileComponentCode(context, node, path)),
      environment: prefixed(compileEnvironment(context, get(node, 'environment'), fieldAt(path, 'environment'))),
      resources: componentResources(get(node, 'resources')),
      distribution: distribution(get(node, 'distribution'), 'component'),
      additional_includes: path === '' ? jsonOf(get(node, 'additional_includes')) : undefined,
      properties: path === '' ? jsonOf(get(node, 'properties')) : undefined,
    }),
  stepFields: (_context, node, _path, definition) =>
    compact({
      environment_variables: emptyIsNothing(jsonOf(get(node, 'environment_variables'))),
      // What the component says about its compute counts unless the step says something.
      resources: nodeResources(given(node, 'resources') ?? get(definition?.node, 'resources')),
      distribution: distribution(given(node, 'distribution') ?? get(definition?.node, 'distribution'), 'node'),
      limits: commandLimits(get(node, 'limits'), 'node'),
      queue_settings: nodeQueueSettings(get(node, 'queue_settings')),
      services: nodeServices(get(node, 'services')),
    }),
};

function emptyIsNothing(value: unknown): unknown {
  return value && Object.keys(value).length > 0 ? value : undefined;
}
