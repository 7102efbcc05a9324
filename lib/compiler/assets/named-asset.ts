import { assetPath } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import { LATEST, NEXT, type PlannedRequest, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { textMap } from '../ports/run-settings.ts';
import { get, textOf, type YamlNode } from '../yaml/yaml.ts';
import { describeComponent } from './component.ts';
import { describeEnvironment } from './environment.ts';

/** A component's file: `PUT components/{name}/versions/{version}`. What it needs (code, environment) is planned as steps. */
export function compileComponentAsset(context: CompileContext, root: YamlNode): PlannedRequest {
  const { workspace, problems } = context.builder;
  const name = textOf(get(root, 'name'));
  const version = textOf(get(root, 'version'));
  if (name === undefined)
    problems.push({
      message: "The file is missing the required field 'name'. Only a component inside a job can do without a name.",
      place: root.place,
    });
  else if (!/^[a-z][a-z\d_]*$/.test(name))
    problems.push({
      message: `'name' is '${name}'; a component's name must consist of lowercase letters, digits and underscores, and begin with a letter.`,
      place: get(root, 'name')!.place,
    });
  const spec = describeComponent(context, root, '')?.spec;
  return putRequest(
    assetPath(workspace, 'components', name ?? '', version ?? NEXT),
    compact({
      componentSpec: { ...spec, name, ...(version === undefined ? {} : { version }) },
      description: textOf(get(root, 'description')),
      isAnonymous: false,
      isArchived: false,
      properties: textMap(get(root, 'properties')),
      tags: textMap(get(root, 'tags')),
    }),
  );
}

/**
 * An environment's file: `PUT environments/{name}/versions/{version}`. Without a version it updates the newest one, as
 * `az ml environment create` does.
 */
export function compileEnvironmentAsset(
  context: CompileContext,
  root: YamlNode,
): { request: PlannedRequest; contextDatastore?: string | undefined } {
  const { workspace } = context.builder;
  const described = describeEnvironment(context, root, '');
  const version = textOf(get(root, 'version')) || LATEST;
  return {
    request: putRequest(assetPath(workspace, 'environments', textOf(get(root, 'name')) ?? '', version), {
      ...described?.body,
      isAnonymous: false,
      isArchived: false,
    }),
    contextDatastore: described?.contextDatastore,
  };
}
