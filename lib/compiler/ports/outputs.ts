import { MODEL_VERSION } from '../../azureml/models.ts';
import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import type { CompileContext, OutputValue } from '../context.ts';
import { requireRemote } from '../references.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { literalText, mapValues, modeOf } from './inputs.ts';

const OUTPUT_MODES: Record<string, string> = {
  mount: 'ReadWriteMount',
  rw_mount: 'ReadWriteMount',
  upload: 'Upload',
  direct: 'Direct',
};

export function compileOutputs(
  context: CompileContext,
  node: YamlNode | undefined,
  field: string,
): Map<string, OutputValue> {
  const outputs = new Map<string, OutputValue>();
  for (const [name, value] of entriesOf(node)) {
    outputs.set(name, compileOutput(value));
    const version = get(value, 'version');
    if (version && !isNull(version) && isNull(get(value, 'name')))
      context.builder.problems.push({
        message: `'${field}.${name}' has 'version' but is missing 'name', under which the output is registered.`,
        place: version.place,
      });
    // What a job does when it registers its output is not recorded, so this stops nobody.
    else if (outputs.get(name)!.type.endsWith('_model'))
      checkModelVersion(version, `${field}.${name}.version`, context.builder.warnings);
    requireRemote(context.builder, get(value, 'path') ?? value, `${field}.${name}`);
  }
  return outputs;
}

/** Warns of a model's version that is not a whole number above 0; the service refuses such. @param field of the version */
export function checkModelVersion(version: YamlNode | undefined, field: string, warnings: Problem[]): void {
  const text = textOf(version);
  if (!version || text === undefined || text === '' || MODEL_VERSION.test(text)) return;
  warnings.push({
    message: `'${field}' must be a whole number above 0, as versions of models are, but is '${text}'. Keep a version of your own in a tag.`,
    place: version.place,
  });
}

function compileOutput(node: YamlNode): OutputValue {
  if (isNull(node)) return { type: 'uri_folder', bare: true };
  if (node.kind === 'scalar') return { ...pathOrBinding(node), type: 'uri_folder', bare: false };
  const path = get(node, 'path');
  return {
    ...(path ? pathOrBinding(path) : {}),
    type: normalizeChoice(textOf(get(node, 'type')) ?? 'uri_folder'),
    ...(compact({
      mode: modeOf(node, OUTPUT_MODES),
      modeWord: textOf(get(node, 'mode')),
      name: textOf(get(node, 'name')),
      version: textOf(get(node, 'version')),
      description: textOf(get(node, 'description')),
    }) as Partial<OutputValue>),
    bare: false,
  };
}

function pathOrBinding(node: YamlNode): { binding: string } | { uri: string } {
  const value = literalText(node);
  return /^\$\{\{\s*parent\./.test(value) ? { binding: value } : { uri: value };
}

/** Outputs as a job's `properties.outputs`. */
export function jobOutputs(outputs: Map<string, OutputValue>): Record<string, unknown> {
  return mapValues(outputs, ({ type, uri, mode, name, version, description }) =>
    compact({ jobOutputType: type, uri, mode, assetName: name, assetVersion: version, description }),
  );
}

/**
 * Outputs as a node's `outputs`; bindings are of `type` literal (not `job_output_type`).
 * @param declared by the component: a file stays a file, whatever the node says
 */
export function nodeOutputs(
  outputs: Map<string, OutputValue>,
  declared?: ReadonlyMap<string, { type: string }>,
): Record<string, unknown> {
  const configured = new Map([...outputs].filter(([, output]) => !output.bare));
  return mapValues(configured, ({ binding, type, uri, mode, name, version }, output) =>
    binding === undefined
      ? compact({
          job_output_type: declared?.get(output)?.type === 'uri_file' ? 'uri_file' : type,
          uri,
          mode,
          name,
          version,
        })
      : compact({ type: 'literal', value: binding, mode, name, version }),
  );
}
