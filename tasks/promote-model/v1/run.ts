import { versionOf } from '../../../lib/azureml/model-choice.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayChoice } from '../../../lib/pipelines/say-choice.ts';
import { applyPromotion } from './apply.ts';
import type { Inputs } from './inputs.ts';
import { findSource, inspectPromotion } from './inspect.ts';
import { messages } from './messages.ts';
import { openPlaces, requirePermissions } from './places.ts';
import { changesOf, type Found, planPromotion, promotionTable, requireVerdict } from './plan.ts';

/** Finds the version and what there is where it goes, shows what is to be done, then copies it and changes its stage. */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline } = ports;
  const places = await openPlaces(inputs, ports);
  const source = await findSource(places, inputs);
  const from = places.sourceRegistry ?? places.workspace;
  const [model, version] = [inputs.modelName, versionOf(source)];
  pipeline.say(messages.Found, { model, version, place: from.label, id: source.id });
  sayChoice(inputs, pipeline);
  requireVerdict(source, inputs);
  const found = await inspectPromotion(source, places, inputs, pipeline);
  const plan = planPromotion(found, inputs);
  pipeline.table(promotionTable(plan, nameIn(found, inputs)));
  const count = changesOf(plan);
  if (count > 0) await requirePermissions(places, inputs, plan.companions);
  if (inputs.whatIf) {
    report(found.last.model, found, inputs, pipeline);
    return { result: 'Succeeded', message: pipeline.message(messages.WhatIfDone, { count }) };
  }
  const promoted = await applyPromotion(plan, found, places, inputs, ports);
  const id = report(promoted, found, inputs, pipeline);
  const values = { model: nameIn(found, inputs), version: found.last.version };
  return {
    result: 'Succeeded',
    message:
      count === 0 ? pipeline.message(messages.AllDone, values) : pipeline.message(messages.Done, { ...values, id }),
  };
}

/** The model's name where it goes. */
function nameIn({ hops }: Found, { modelName }: Inputs): string {
  return hops.at(-1)?.name ?? modelName;
}

function report(promoted: ModelVersion | undefined, found: Found, inputs: Inputs, pipeline: Pipeline): string {
  const id = promoted?.id ?? '';
  pipeline.setOutput('modelName', nameIn(found, inputs));
  pipeline.setOutput('modelVersion', found.last.version);
  pipeline.setOutput('modelId', id);
  pipeline.setOutput(
    'previousVersions',
    found.holders
      .map(versionOf)
      .filter((one) => one !== found.last.version)
      .join(','),
  );
  return id;
}
