import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { didYouMean, oneOf } from '../../core/nearest.ts';
import { computeId } from '../references.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml.ts';
import { compileCode } from './code.ts';
import type { CompileContext } from './context.ts';
import { compileEnvironment } from './environment.ts';
import { compileInputs, jobInputs } from './inputs.ts';
import { compileOutputs, jobOutputs } from './outputs.ts';
import { commandLimits, distribution, jobQueueSettings, jobResources, textMap } from './run-settings.ts';

/** `properties` of a command job, the fields of every job aside. */
export function compileCommandJob(context: CompileContext, root: YamlNode): Record<string, unknown> {
  const inputs = compileInputs(context, get(root, 'inputs'), 'inputs');
  const outputs = compileOutputs(context, get(root, 'outputs'), 'outputs');
  checkCommandText(root, namesIn(root, 'inputs'), namesIn(root, 'outputs'), '', context.builder.problems);
  const parent = get(root, 'parent_job_name');
  if (parent && !isNull(parent))
    context.builder.warnings.push({
      message: "'parent_job_name' has no effect; Azure ML sets it.",
      place: parent.place,
    });
  const compute = get(root, 'compute');
  return compact({
    jobType: 'Command',
    command: withDoubleBraces(context, get(root, 'command')),
    codeId: compileCode(context, get(root, 'code'), 'code'),
    environmentId: compileEnvironment(context, get(root, 'environment'), 'environment'),
    computeId: compute && !isNull(compute) ? computeId(context.builder, compute, 'compute') : undefined,
    environmentVariables: textMap(get(root, 'environment_variables')),
    inputs: jobInputs(inputs),
    outputs: jobOutputs(outputs),
    resources: jobResources(get(root, 'resources')),
    distribution: distribution(get(root, 'distribution'), 'job'),
    limits: commandLimits(get(root, 'limits'), 'job'),
    queueSettings: jobQueueSettings(get(root, 'queue_settings')),
  });
}

/** The old spelling `{inputs.x}` is brought to today's, with a warning (azure-ai-ml `map_single_brackets_and_warn`). */
export function withDoubleBraces(
  { builder }: CompileContext,
  node: YamlNode | undefined,
  field = 'command',
): string | undefined {
  const written = textOf(node);
  const old = /(?<!\{)\{((?:inputs|outputs|search_space)\.[^}]*)\}(?!\})/g;
  const result = written?.replace(old, '${{$1}}');
  const [found] = written?.match(old) ?? [];
  if (node && found)
    builder.warnings.push({
      message: `'${field}' uses ${found}, which is the old spelling of \${${found}}.`,
      place: node.place,
    });
  return result;
}

/** Names of inputs or outputs as written, wrong ones too: a mistake in one is told there. */
export function namesIn(node: YamlNode, key: 'inputs' | 'outputs'): Map<string, YamlNode> {
  return new Map(entriesOf(get(node, key)).map(([name, value]) => [name, value]));
}

/** What stands before the dot of a `${{...}}` in a command. */
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
  for (const [whole, word] of (textOf(command) ?? '').matchAll(/\$\{\{\s*([A-Za-z_]\w*)\.[\w.-]+\s*\}\}/g)) {
    const hint = COMMAND_WORDS.includes(word!) ? '' : didYouMean(word!, COMMAND_WORDS);
    if (hint)
      problems.push({
        message: `'${field}' uses ${whole}, which means nothing; it can use ${oneOf(COMMAND_WORDS)}.${hint}`,
        place: command!.place,
      });
  }
  for (const [whole, kind, name] of (textOf(command) ?? '').matchAll(/\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g)) {
    const declared = kind === 'inputs' ? inputs : outputs;
    const first = name!.split('.')[0]!;
    if (declared.has(name!) || declared.has(first)) continue;
    problems.push({
      message: `'${field}' uses ${whole}, but there is no such ${kind!.slice(0, -1)}.${didYouMean(name!, declared.keys()) || ` Declared are ${oneOf(declared.keys())}.`}`,
      place: command!.place,
    });
  }
}
