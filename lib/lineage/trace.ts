import { getJob } from '../azureml/jobs.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import type { Lineage } from './lineage.ts';
import { messages } from './messages.ts';
import { traceEndpoint } from './trace-endpoint.ts';
import { traceJob } from './trace-job.ts';
import { traceMade } from './trace-made.ts';
import { traceModel } from './trace-model.ts';
import type { TraceStart } from './trace-start.ts';
import { traceRegistered, traceServing } from './trace-uses.ts';
import { beginWalk, type TracePorts, whyNot } from './walk.ts';

/**
 * Walks from something to everything that made it: endpoint, deployment, model, job, data, environment, code, run, commit,
 * pull request, work items. From a job or a model it walks the other way too: to the models that were registered from it and
 * the deployments that serve it; a build, a release and a commit lead to what they made. What can't be read on the way is in `missing`, with the reason.
 * @throws UserError when there is not even what it begins with
 */
export async function trace(from: TraceStart, ports: TracePorts): Promise<Lineage> {
  const walk = beginWalk(ports);
  if (from.kind === 'endpoint') await traceEndpoint(walk, from.name, from.deployment);
  else if (from.kind === 'job') {
    const job = await getJob(ports.ws, from.name);
    await traceJob(walk, ports.ws, job.name);
    await traceRegistered(walk, job);
  } else if (from.kind !== 'model') await traceMade(walk, from);
  else {
    const { model } = await traceModel(walk, from);
    if (!model) throw modelNotFound(from, walk.trace.lineage, ports);
    await traceServing(walk, walk.trace.lineage.nodes[0]!);
  }
  // Grows while the models that it has lead to further jobs.
  for (const { from: job, input, ...model } of walk.readModels)
    await traceModel(walk, model, { from: job, relation: 'read', detail: input });
  return walk.trace.lineage;
}

/**
 * The same for what a lineage is compared with. When there is nothing to begin with, that is a missing line of the lineage: what
 * was asked for first is known all the same.
 */
export async function traceCompared(
  from: TraceStart,
  lineage: Lineage,
  ports: TracePorts,
): Promise<Lineage | undefined> {
  try {
    return await trace(from, ports);
  } catch (error) {
    const why = whyNot(error, ports.devops.collectionUrl);
    lineage.missing.push({ of: lineage.nodes[0]!.id, what: 'what compareTo names', why });
    return undefined;
  }
}

function modelNotFound(
  { name, version = 'latest', registry }: Extract<TraceStart, { kind: 'model' }>,
  { missing }: Lineage,
  { ws }: TracePorts,
): UserError {
  const where = registry ? `the registry '${registry}'` : ws.label;
  const why = missing.find(({ why }) => /\(40[13]\)|answered/.test(why))?.why;
  return new UserError({
    code: 'ModelNotFound',
    message: fill(messages.TracedModelNotFound, { version, model: name, where: why ? `${where}: ${why}` : where }),
    fix: fill(messages.TracedModelNotFoundFix),
  });
}
