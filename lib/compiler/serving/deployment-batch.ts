import { isRemote } from '../../azureml/ids.ts';
import { compact, compactOrNothing } from '../../core/json.ts';
import { type PlannedRequest, putRequest } from '../../plan/plan.ts';
import { localComponent } from '../assets/component.ts';
import { compileDeployedModel } from '../assets/model.ts';
import type { CompileContext } from '../context.ts';
import { jobResources } from '../ports/run-settings.ts';
import { assetId, computeId } from '../references.ts';
import { fieldsOf, mapOrEmpty, numberOf, pascalCase, secondsOf, wordOf } from '../values.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { codeConfiguration, deploymentEnvironment } from './deployment.ts';

/**
 * A batch deployment of a model: `PUT batchEndpoints/{endpoint}/deployments/{name}`.
 * @param settings the mapping that has the settings: `settings`, or the file itself in the older form
 */
export function compileModelBatchDeployment(
  context: CompileContext,
  root: YamlNode,
  location: string,
  settings: YamlNode | undefined,
): PlannedRequest {
  const { builder } = context;
  const compute = get(root, 'compute');
  const model = compileDeployedModel(context, get(root, 'model'), 'model');
  const instances = numberOf(get(get(root, 'settings'), 'instance_count'));
  const resources = jobResources(get(root, 'resources'));
  if (resources && instances !== undefined)
    builder.problems.push({
      message: "'settings.instance_count' and 'resources' both set the number of instances. Remove one of them.",
      place: get(get(root, 'settings'), 'instance_count')!.place,
    });
  checkOutput(settings, builder);
  const action = wordOf(get(settings, 'output_action'));
  return batchDeployment(context, root, location, {
    ...compact({
      codeConfiguration: codeConfiguration(context, root),
      environmentId: deploymentEnvironment(context, root),
      // Azure ML's tools leave out the variables beside `settings`; the deployment's author meant them.
      environmentVariables: compactOrNothing({
        ...mapOrEmpty(get(root, 'environment_variables')),
        ...mapOrEmpty(get(settings, 'environment_variables')),
      }),
      model: model === undefined ? undefined : { referenceType: 'Id', assetId: model },
      compute: compute && !isNull(compute) ? computeId(builder, compute, 'compute') : undefined,
      resources: resources ?? (instances === undefined ? undefined : { instanceCount: instances, properties: {} }),
      outputAction: action && pascalCase(action),
      outputFileName: textOf(get(settings, 'output_file_name')),
      errorThreshold: numberOf(get(settings, 'error_threshold')),
      retrySettings: fieldsOf(get(settings, 'retry_settings'), {
        maxRetries: ['max_retries', numberOf],
        timeout: ['timeout', secondsOf],
      }),
      loggingLevel: textOf(get(settings, 'logging_level')),
      miniBatchSize: numberOf(get(settings, 'mini_batch_size')),
      maxConcurrencyPerInstance: numberOf(get(settings, 'max_concurrency_per_instance')),
    }),
    properties: mapOrEmpty(get(root, 'properties')),
  });
}

function checkOutput(settings: YamlNode | undefined, { problems }: CompileContext['builder']): void {
  const file = get(settings, 'output_file_name');
  if (wordOf(get(settings, 'output_action')) === 'summary_only' && file && !isNull(file))
    problems.push({
      message: "'output_file_name' has no effect with 'output_action: summary_only'. Remove one of them.",
      place: file.place,
    });
}

/** A batch deployment of a pipeline component; a local component is created first. */
export function compilePipelineBatchDeployment(
  context: CompileContext,
  root: YamlNode,
  location: string,
): PlannedRequest {
  const { assetId: componentId, ...described } = deployedComponent(context, root);
  return batchDeployment(context, root, location, {
    deploymentConfiguration: compact({
      deploymentConfigurationType: 'PipelineComponent',
      componentId: { referenceType: 'Id', assetId: componentId },
      settings: settingsText(get(root, 'settings')),
      ...described,
    }),
    // Without a meaning for pipelines, but Azure ML's tools have always sent these.
    errorThreshold: -1,
    maxConcurrencyPerInstance: 1,
    miniBatchSize: 10,
    outputFileName: 'predictions.csv',
  });
}

function deployedComponent(context: CompileContext, root: YamlNode): { assetId?: string | undefined } {
  const { builder } = context;
  const component = get(root, 'component');
  const job = get(root, 'job_definition');
  if (component && !isNull(component))
    return {
      assetId: isRemote(textOf(component) ?? '')
        ? assetId(builder, 'components', component, 'component')
        : localComponent(context, component, 'component')?.id,
    };
  builder.problems.push({
    message: job
      ? "'job_definition' is not supported. Make the job a pipeline component and name it in 'component'."
      : "The file is missing the required field 'component', a pipeline component.",
    place: (job ?? root).place,
  });
  return {};
}

/** Settings are text on the wire: `true` is `True`, as Python spells it. */
function settingsText(node: YamlNode | undefined): Record<string, string> | undefined {
  if (!node || isNull(node)) return undefined;
  return Object.fromEntries(
    entriesOf(node).map(([name, value]) => [name, (textOf(value) ?? '').replace(/^azureml:(?!\/\/)/, '')]),
  );
}

function batchDeployment(
  context: CompileContext,
  root: YamlNode,
  location: string,
  properties: Record<string, unknown>,
): PlannedRequest {
  const name = (textOf(get(root, 'name')) ?? '').toLowerCase();
  const endpoint = textOf(get(root, 'endpoint_name')) ?? '';
  return putRequest(
    `${context.builder.workspace}/batchEndpoints/${endpoint}/deployments/${name}`,
    compact({ description: textOf(get(root, 'description')), ...properties }),
    { location, tags: mapOrEmpty(get(root, 'tags')) },
  );
}
