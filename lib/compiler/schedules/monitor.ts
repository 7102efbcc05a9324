import { compact } from '../../core/json.ts';
import { oneOf } from '../../core/words.ts';
import type { CompileContext } from '../context.ts';
import { assetId } from '../references.ts';
import { checkThen } from '../schema/check.ts';
import { monitorDefinition } from '../schema/monitor.ts';
import { wordOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { type Collected, monitorWindows } from './monitor-data.ts';
import { compileSignal, defaultSignals } from './monitor-signals.ts';

/** Spark versions that monitors run on (azure-ai-ml `entities/_monitoring/compute.py`). */
const RUNTIMES = ['3.4', '3.5'];

type Json = Record<string, unknown>;

/**
 * `create_monitor` of a schedule as `monitorDefinition`, in the form of 2023-06-01-preview, the version that Azure ML's
 * tools use for schedules: `mode`, `Trailing`, `alertNotificationSetting`. Later versions have other members, so a
 * monitor can't move to one of them.
 */
export function compileMonitor(context: CompileContext, root: YamlNode): Json {
  const node = get(root, 'create_monitor')!;
  const work = (): Json => compileDefinition(context, root, node);
  return checkThen(node, monitorDefinition, 'create_monitor', context.builder.problems, work, {});
}

function compileDefinition(context: CompileContext, root: YamlNode, node: YamlNode): Json {
  const { problems, warnings } = context.builder;
  const compute = get(node, 'compute');
  const runtime = get(compute, 'runtime_version');
  if (!RUNTIMES.includes(textOf(runtime) ?? ''))
    warnings.push({
      message: `'create_monitor.compute.runtime_version' should be ${oneOf(RUNTIMES)}, but is '${textOf(runtime)}'.`,
      place: runtime!.place,
    });
  const target = get(node, 'monitoring_target');
  const { body: targetBody, collected } = monitoringTarget(context, target);
  const alert = get(node, 'alert_notification');
  const windows = monitorWindows(get(root, 'trigger'));
  const given = get(node, 'monitoring_signals');
  const written =
    entriesOf(given).length > 0
      ? entriesOf(given).map(([name, value]) => [name, value] as const)
      : defaultSignals(node, wordOf(get(target, 'ml_task')), collected, problems);
  const signals = written.map(([name, signal]) => {
    const field = `create_monitor.monitoring_signals.${name}`;
    return [name, compileSignal({ context, field, windows, collected }, signal)] as const;
  });
  return compact({
    computeConfiguration: {
      computeType: 'ServerlessSpark',
      instanceType: textOf(get(compute, 'instance_type')),
      runtimeVersion: textOf(runtime),
      computeIdentity: { computeIdentityType: 'AmlToken' },
    },
    monitoringTarget: targetBody,
    signals: Object.fromEntries(signals),
    alertNotificationSetting: alertSetting(alert),
  });
}

/** Mails about the monitor's runs, or alerts of Azure Monitor. */
function alertSetting(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  if (node.kind === 'scalar') return { alertNotificationType: 'AzureMonitor' };
  return {
    alertNotificationType: 'Email',
    emailNotificationSetting: { emails: jsonOf(get(node, 'emails')), emailOn: ['JobFailed', 'JobCompleted'] },
  };
}

/** What is watched, and the deployment whose collected data is meant where a signal names none. */
function monitoringTarget(
  context: CompileContext,
  node: YamlNode | undefined,
): { body: Record<string, unknown> | undefined; collected: Collected | undefined } {
  if (!node || isNull(node)) return { body: undefined, collected: undefined };
  const deployment = get(node, 'endpoint_deployment_id');
  const written = (textOf(deployment) ?? '').replace(/^azureml:/, '');
  const found =
    /^([^:/]+):([^:/]+)$/.exec(written) ??
    /\/onlineEndpoints\/([^/]+)\/deployments\/([^/]+)$/i.exec(written) ??
    undefined;
  if (deployment && !isNull(deployment) && !found)
    context.builder.problems.push({
      message: `'create_monitor.monitoring_target.endpoint_deployment_id' must be 'azureml:<endpoint>:<deployment>', but is '${textOf(deployment)}'.`,
      place: deployment.place,
    });
  const model = get(node, 'model_id');
  return {
    body: compact({
      taskType: (wordOf(get(node, 'ml_task')) ?? 'classification').replaceAll('_', ''),
      deploymentId:
        found &&
        (written.startsWith('/')
          ? written
          : `${context.builder.workspace}/onlineEndpoints/${found[1]}/deployments/${found[2]}`),
      modelId:
        model && !isNull(model)
          ? assetId(context.builder, 'models', model, 'create_monitor.monitoring_target.model_id')
          : undefined,
    }),
    collected: found && { endpoint: found[1]!, deployment: found[2]!, at: deployment! },
  };
}
