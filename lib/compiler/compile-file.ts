import { distinctProblems, type Problem } from '../core/errors.ts';
import type { Plan, PlannedRequest } from '../plan/plan.ts';
import { compileCompute } from './assets/compute.ts';
import { compileData } from './assets/data.ts';
import { compileModel } from './assets/model.ts';
import { compileComponentAsset, compileEnvironmentAsset } from './assets/named-asset.ts';
import { type CompileOptions, fileInvalid, planJob, startCompiling } from './compile-job.ts';
import type { CompileContext } from './context.ts';
import { type FileKind, fileKindOf } from './file-kind.ts';
import { compileJobSchedule, compileMonitorSchedule } from './schedules/schedule.ts';
import { dataFile, environmentFile, modelFile } from './schema/asset.ts';
import { checkThen } from './schema/check.ts';
import { amlCompute, computeInstance } from './schema/compute.ts';
import {
  flatBatchDeployment,
  kubernetesDeployment,
  managedDeployment,
  modelBatchDeployment,
  pipelineBatchDeployment,
} from './schema/deployment.ts';
import { batchEndpoint, onlineEndpoint } from './schema/endpoint.ts';
import { any, type ObjectField } from './schema/fields.ts';
import { jobSchedule, monitorSchedule } from './schema/schedule.ts';
import { passNested, unknownFields } from './schema/unknown-fields.ts';
import { compileModelBatchDeployment, compilePipelineBatchDeployment } from './serving/deployment-batch.ts';
import { compileOnlineDeployment } from './serving/deployment-online.ts';
import { compileBatchEndpoint, compileOnlineEndpoint } from './serving/endpoint.ts';
import { get, textOf, type YamlNode } from './yaml/yaml.ts';

export interface CompileFileOptions extends CompileOptions {
  /** The workspace's region, which endpoints and deployments name. */
  location: string;
}

interface Compiled {
  request: PlannedRequest;
  contextDatastore?: string | undefined;
}

/** How a file of one kind is checked and compiled. */
interface Kind {
  /** Undefined when the compiler checks by itself. */
  schema?: (root: YamlNode) => ObjectField;
  compile(context: CompileContext, root: YamlNode, location: string): Compiled;
}

const typeWord = (root: YamlNode): string | undefined => textOf(get(root, 'type'))?.toLowerCase();

const KINDS: Readonly<Record<Exclude<FileKind, 'job'>, Kind>> = {
  component: { compile: (context, root) => ({ request: compileComponentAsset(context, root) }) },
  data: { schema: () => dataFile, compile: (context, root) => ({ request: compileData(context, root) }) },
  model: { schema: () => modelFile, compile: (context, root) => ({ request: compileModel(context, root) }) },
  environment: { schema: () => environmentFile, compile: compileEnvironmentAsset },
  compute: {
    schema: (root) => (typeWord(root) === 'computeinstance' ? computeInstance : amlCompute),
    compile: (...given) => ({ request: compileCompute(...given) }),
  },
  'online endpoint': {
    schema: () => onlineEndpoint,
    compile: (...given) => ({ request: compileOnlineEndpoint(...given) }),
  },
  'batch endpoint': {
    schema: () => batchEndpoint,
    compile: (...given) => ({ request: compileBatchEndpoint(...given) }),
  },
  'managed online deployment': {
    schema: () => managedDeployment,
    compile: (...given) => ({ request: compileOnlineDeployment(...given, 'Managed') }),
  },
  'Kubernetes online deployment': {
    schema: () => kubernetesDeployment,
    compile: (...given) => ({ request: compileOnlineDeployment(...given, 'Kubernetes') }),
  },
  'batch deployment': {
    schema: (root) => {
      if (typeWord(root) === 'pipeline') return pipelineBatchDeployment;
      return typeWord(root) === 'model' ? modelBatchDeployment : flatBatchDeployment;
    },
    compile: (context, root, location) => ({
      request:
        typeWord(root) === 'pipeline'
          ? compilePipelineBatchDeployment(context, root, location)
          : compileModelBatchDeployment(
              context,
              root,
              location,
              typeWord(root) === 'model' ? get(root, 'settings') : root,
            ),
    }),
  },
  'job schedule': {
    schema: () => jobSchedule,
    compile: (context, root) => ({ request: compileJobSchedule(context, root) }),
  },
  'monitor schedule': {
    schema: () => monitorSchedule,
    compile: (context, root) => ({ request: compileMonitorSchedule(context, root) }),
  },
};

/**
 * Compiles a YAML file of any kind that Azure ML's tools take to everything that creating the thing takes. Reads files,
 * sends nothing. What is described is read from the file (see `fileKindOf`).
 * @throws UserError as `compileJob`
 */
export function compileFile(options: CompileFileOptions): Plan {
  const context = startCompiling(options);
  const { builder, file } = context;
  const kind = fileKindOf(file.root);
  if (kind === 'job') return planJob(context, options);
  const { schema: schemaOf, compile } = KINDS[kind];
  const schema = schemaOf?.(file.root);
  const compiled = checkThen(
    file.root,
    schema ?? any,
    '',
    builder.problems,
    () => compile(context, file.root, options.location),
    undefined,
  );
  if (!compiled || builder.problems.length > 0) throw fileInvalid(options, `${kind} file`, builder.problems);
  const { request, contextDatastore } = compiled;
  return {
    workspace: options.workspace,
    requirements: builder.requirements,
    steps: builder.steps,
    main: builder.problems.tolerated && schema ? withUnknown(request, file.root, schema, builder.warnings) : request,
    ...(contextDatastore ? { contextDatastore } : {}),
    warnings: distinctProblems(builder.warnings),
  };
}

/** The request with fields that this code does not know, as they were written. */
function withUnknown(
  request: PlannedRequest,
  root: YamlNode,
  schema: ObjectField,
  warnings: Problem[],
): PlannedRequest {
  const body = request.body as { properties: Record<string, unknown> };
  passNested(root, schema, body.properties, '', warnings);
  return { ...request, body: { ...body, properties: { ...unknownFields(root, schema), ...body.properties } } };
}
