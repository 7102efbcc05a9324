import { assetPath } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import type { CompileContext } from '../context.ts';
import { compileInputs } from '../ports/inputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { assetId } from '../references.ts';
import { collectionAsset } from '../serving/data-collector.ts';
import { numberOf, wordOf } from '../values.ts';
import { get, isNull, textOf, type YamlMap, type YamlNode } from '../yaml/yaml.ts';

/** A deployment whose data is collected. */
export interface Collected {
  endpoint: string;
  deployment: string;
  /** Where the deployment is named. */
  at: YamlNode;
}

/** How much data a monitor reads unless the file says so, as ISO-8601 durations. */
export interface Windows {
  production: string;
  reference: string;
}

/** What compiling the data of a signal needs to know. */
export interface SignalContext {
  context: CompileContext;
  /** Path of the signal in its file. */
  field: string;
  windows: Windows;
  collected: Collected | undefined;
}

/** The time between two runs, and twice that for the reference; a week where the trigger has no fixed step (azure-ai-ml `MonitorSchedule`). */
export function monitorWindows(trigger: YamlNode | undefined): Windows {
  const frequency = wordOf(get(trigger, 'frequency')) ?? '';
  const interval = numberOf(get(trigger, 'interval')) ?? 1;
  const days = { minute: 1, hour: 1, day: interval, week: interval * 7, month: interval * 30 }[frequency] ?? 7;
  return { production: `P${days}D`, reference: `P${days * 2}D` };
}

/** `production_data` of a signal: the newest data, in a window that moves along. */
export function productionData(signal: SignalContext, node: YamlNode, field: string): Record<string, unknown> {
  const { problems } = signal.context.builder;
  const window = get(node, 'data_window');
  for (const name of ['window_start', 'window_end']) {
    const fixed = get(window, name);
    if (fixed && !isNull(fixed))
      problems.push({
        message: `'${field}.data_window' has '${name}', but production data needs a moving window. Use 'lookback_window_size' and 'lookback_window_offset'.`,
        place: fixed.place,
      });
  }
  const size = textOf(get(window, 'lookback_window_size')) ?? 'default';
  return compact({
    inputDataType: 'Trailing',
    ...described(signal, node, field),
    preprocessingComponentId: preprocessing(signal, node, field),
    windowSize: size === 'default' ? signal.windows.production : size,
    windowOffset: textOf(get(window, 'lookback_window_offset')) ?? 'P0D',
  });
}

/** `reference_data` of a signal: a fixed asset, data of fixed days, or a window that moves along. */
export function referenceData(signal: SignalContext, node: YamlNode, field: string): Record<string, unknown> {
  const window = get(node, 'data_window');
  const size = textOf(get(window, 'lookback_window_size'));
  const start = get(window, 'window_start');
  const end = get(window, 'window_end');
  const data = described(signal, node, field);
  if (size !== undefined) {
    const offset = textOf(get(window, 'lookback_window_offset')) ?? 'P0D';
    return compact({
      inputDataType: 'Trailing',
      ...data,
      preprocessingComponentId: preprocessing(signal, node, field),
      windowSize: size === 'default' ? signal.windows.reference : size,
      windowOffset: offset === 'default' ? signal.windows.production : offset,
    });
  }
  if (start && end && !isNull(start) && !isNull(end))
    return compact({
      inputDataType: 'Static',
      ...data,
      preprocessingComponentId: preprocessing(signal, node, field),
      windowStart: day(signal, start, `${field}.data_window.window_start`),
      windowEnd: day(signal, end, `${field}.data_window.window_end`),
    });
  const component = get(node, 'pre_processing_component');
  if (component && !isNull(component))
    signal.context.builder.warnings.push({
      message: `'${field}.pre_processing_component' has no effect, because data without 'data_window' is read as it is.`,
      place: component.place,
    });
  return compact({ inputDataType: 'Fixed', ...data });
}

/** What a deployment collects, as the data of a signal that names none. @param role whose window it has */
export function collectedData(
  { context, windows, field }: SignalContext,
  { endpoint, deployment, at }: Collected,
  collection: 'model_inputs' | 'model_outputs',
  role: 'production' | 'reference',
): Record<string, unknown> {
  const name = collectionAsset(endpoint, deployment, collection);
  context.builder.require({ kind: 'data', name, version: '1', field: `${field}.${role}_data`, place: at.place });
  return {
    inputDataType: 'Trailing',
    jobInputType: 'uri_folder',
    uri: assetPath(context.builder.workspace, 'data', name, '1'),
    dataContext: collection,
    windowSize: windows[role],
    windowOffset: role === 'production' ? 'P0D' : windows.production,
  };
}

function described({ context }: SignalContext, node: YamlNode, field: string): Record<string, unknown> {
  const value = get(node, 'input_data');
  if (!value || isNull(value)) {
    // The schema reports what is missing from a mapping, but takes an empty entry of a list or mapping for one that was not given.
    context.builder.problems.push({
      message: `'${field}' is missing the required field 'input_data'.`,
      place: node.place,
    });
    return {};
  }
  const wrapped: YamlMap = {
    kind: 'map',
    entries: new Map([['input_data', { keyPlace: value.place, value }]]),
    place: value.place,
  };
  const input = compileInputs(context, wrapped, field).get('input_data');
  if (input?.kind === 'literal')
    context.builder.problems.push({
      message: `'${field}.input_data' must be data: a mapping with 'type' and 'path'.`,
      place: value.place,
    });
  const target = textOf(get(node, 'target_column_name'));
  const columns = { ...textMap(get(node, 'data_column_names')), ...(target ? { target_column: target } : {}) };
  return compact({
    jobInputType: input?.kind === 'asset' ? input.type : undefined,
    uri: input?.kind === 'asset' ? input.uri : undefined,
    dataContext: wordOf(get(node, 'data_context')),
    columns: Object.keys(columns).length > 0 ? columns : undefined,
  });
}

function preprocessing({ context }: SignalContext, node: YamlNode, field: string): string | undefined {
  const component = get(node, 'pre_processing_component');
  return component && !isNull(component)
    ? assetId(context.builder, 'components', component, `${field}.pre_processing_component`)
    : undefined;
}

function day({ context }: SignalContext, node: YamlNode, field: string): string | undefined {
  const written = textOf(node) ?? '';
  const instant = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(written) ? written : 'no day');
  if (!Number.isNaN(instant)) return new Date(instant).toISOString();
  context.builder.problems.push({
    message: `'${field}' must be a day like '2026-07-31', but is '${written}'.`,
    place: node.place,
  });
  return undefined;
}
