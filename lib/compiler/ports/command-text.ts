import type { Problem } from '../../core/errors.ts';
import { didYouMean, listed, oneOf } from '../../core/words.ts';
import type { CompileContext } from '../context.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** The old spelling `{inputs.x}` is brought to today's, with a warning (azure-ai-ml `map_single_brackets_and_warn`). */
export function withDoubleBraces(
  { builder }: CompileContext,
  node: YamlNode | undefined,
  field = 'command',
): string | undefined {
  const written = textOf(node);
  const old = /(?<![{$])\{((?:inputs|outputs|search_space)\.[^}]*)\}(?!\})/g;
  const result = written?.replace(old, '${{$1}}');
  const [found] = written?.match(old) ?? [];
  if (node && found)
    builder.warnings.push({
      message: `'${field}' uses ${found}, the old spelling of \${${found}}. Write the new one.`,
      place: node.place,
    });
  return result;
}

/** Names of inputs or outputs as written, wrong ones too: a problem in one is reported there. */
export function namesIn(node: YamlNode, key: 'inputs' | 'outputs'): Map<string, YamlNode> {
  return new Map(entriesOf(get(node, key)).map(([name, value]) => [name, value]));
}

/** What comes before the dot of a `${{...}}` in a command. */
const COMMAND_WORDS = ['inputs', 'outputs', 'search_space', 'parent', 'system'];

/**
 * Every `${{inputs.x}}` and `${{outputs.x}}` of a command must be declared, or the job would fail minutes later
 * on the compute (azure-ai-ml `validate_inputs_for_command`).
 * @param path of the node that has the command; empty for the file itself
 * @param key of the text: `args` of a Spark job
 */
export function checkCommandText(
  node: YamlNode,
  inputs: ReadonlyMap<string, unknown>,
  outputs: ReadonlyMap<string, unknown>,
  path: string,
  problems: Problem[],
  key = 'command',
): void {
  const command = get(node, key);
  const field = path ? `${path}.${key}` : key;
  for (const [whole, name] of (textOf(command) ?? '').matchAll(
    /\$\{((?:inputs|outputs|search_space)\.[\w.-]+)\}(?!\})/g,
  ))
    problems.push({
      message: `'${field}' uses ${whole}, which Azure ML does not fill in. Write \${{${name}}}.`,
      place: command!.place,
    });
  for (const [whole, word] of (textOf(command) ?? '').matchAll(/\$\{\{\s*([A-Za-z_]\w*)\.[\w.-]+\s*\}\}/g)) {
    const hint = COMMAND_WORDS.includes(word!) ? '' : didYouMean(word!, COMMAND_WORDS);
    if (hint)
      problems.push({
        message: `'${field}' uses ${whole}, but a command can only use ${oneOf(COMMAND_WORDS)}.${hint}`,
        place: command!.place,
      });
  }
  for (const [whole, kind, name] of (textOf(command) ?? '').matchAll(/\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g)) {
    const declared = kind === 'inputs' ? inputs : outputs;
    const first = name!.split('.')[0]!;
    const value = declared.get(name!) ?? declared.get(first);
    if (kind === 'inputs' && isEmpty(value))
      problems.push({
        message: `'${field}' uses ${whole}, but 'inputs.${name}' does not have a value.`,
        place: value.place,
      });
    if (declared.has(name!) || declared.has(first)) continue;
    problems.push({
      message: `'${field}' uses ${whole}, but '${kind}' does not contain '${name}'.${didYouMean(name!, declared.keys()) || listed('It contains', declared.keys())}`,
      place: command!.place,
    });
  }
}

/** Of an input as it is written: nothing is given for it. What a component declares is not a value. */
function isEmpty(value: unknown): value is YamlNode {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && 'place' in value && isNull(value as YamlNode)
  );
}
