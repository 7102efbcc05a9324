import { compact } from '../../core/json.ts';
import { compileCode } from '../assets/code.ts';
import { compileEnvironment } from '../assets/environment.ts';
import type { CompileContext } from '../context.ts';
import { checkCommandText, namesIn, withDoubleBraces } from '../ports/command-text.ts';
import { compileInputs, jobInputs } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { commandLimits, distribution, jobQueueSettings, jobResources, textMap } from '../ports/run-settings.ts';
import { computeId } from '../references.ts';
import { get, isNull, type YamlNode } from '../yaml/yaml.ts';

/** `properties` of a command job, the fields of every job aside. */
export function compileCommandJob(context: CompileContext, root: YamlNode): Record<string, unknown> {
  const inputs = compileInputs(context, get(root, 'inputs'), 'inputs');
  const outputs = compileOutputs(context, get(root, 'outputs'), 'outputs');
  checkCommandText(root, namesIn(root, 'inputs'), namesIn(root, 'outputs'), '', context.builder.problems);
  const parent = get(root, 'parent_job_name');
  if (parent && !isNull(parent))
    context.builder.warnings.push({
      message: "'parent_job_name' has no effect, because Azure ML sets it.",
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
