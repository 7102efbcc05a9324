import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { describe, get, isNull, textOf, type YamlMap, type YamlNode } from '../yaml/yaml.ts';
import { jobIdentity, jobServices, notificationSetting, textMap } from './run-settings.ts';

/** False for a job's file that is not a mapping, which is noted then. */
export function isJobMapping(root: YamlNode, problems: Problem[]): root is YamlMap {
  if (root.kind === 'map') return true;
  problems.push({
    message: `The file must be a mapping that describes a job, but is ${describe(root)}.`,
    place: root.place,
  });
  return false;
}

/** Fields of every job that its file has. */
export function describedProperties(root: YamlNode): Record<string, unknown> {
  return compact({
    displayName: textOf(get(root, 'display_name')),
    description: textOf(get(root, 'description')),
    experimentName: textOf(get(root, 'experiment_name')),
    tags: textMap(get(root, 'tags')),
    properties: textMap(get(root, 'properties')),
    identity: jobIdentity(get(root, 'identity')),
    services: isNull(get(root, 'services')) ? undefined : jobServices(get(root, 'services')),
    notificationSetting: notificationSetting(get(root, 'notification_settings')),
  });
}
