import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { normalizeChoice, wordOf } from '../schema/fields.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Parameters of the distributions in the order of the wire: `["uniform", [0.01, 0.9]]`. */
const ARGUMENTS: Record<string, readonly string[]> = {
  choice: ['values'],
  randint: ['upper'],
  uniform: ['min_value', 'max_value'],
  loguniform: ['min_value', 'max_value'],
  quniform: ['min_value', 'max_value', 'q'],
  qloguniform: ['min_value', 'max_value', 'q'],
  normal: ['mu', 'sigma'],
  lognormal: ['mu', 'sigma'],
  qnormal: ['mu', 'sigma', 'q'],
  qlognormal: ['mu', 'sigma', 'q'],
};

export const SAMPLING: Record<string, string> = { random: 'Random', grid: 'Grid', bayesian: 'Bayesian' };

/** What Azure ML's tools send for the parameters of a policy that the file leaves out. */
const POLICIES: Record<string, { name: string; defaults: Record<string, number> }> = {
  bandit: {
    name: 'Bandit',
    defaults: { delay_evaluation: 0, evaluation_interval: 0, slack_factor: 0, slack_amount: 0 },
  },
  median_stopping: { name: 'MedianStopping', defaults: { delay_evaluation: 0, evaluation_interval: 1 } },
  truncation_selection: {
    name: 'TruncationSelection',
    defaults: { delay_evaluation: 0, evaluation_interval: 0, truncation_percentage: 0 },
  },
};

/** A number, also one that YAML 1.1 takes for text (`1e-5`); anything else stays text. */
export function numeric(node: YamlNode | undefined): number | string | undefined {
  const written = textOf(node);
  if (written === undefined) return undefined;
  return written.trim() !== '' && Number.isFinite(Number(written)) ? Number(written) : written;
}

/** Distribution of a hyperparameter: the word under `type`, and its parameters in their order. */
export function distributionOf(node: YamlNode): { type: string; parameters: [name: string, value: YamlNode][] } {
  const type = wordOf(textOf(get(node, 'type')), ARGUMENTS) ?? '';
  return { type, parameters: (ARGUMENTS[type] ?? []).map((name) => [name, get(node, name)!]) };
}

/** A search space as a job's `searchSpace`: `{ lr: ["uniform", [0.01, 0.9]], boosting: ["choice", [["a", "b"]]] }`. */
export function jobSearchSpace(node: YamlNode | undefined): Record<string, unknown> {
  const asList = (value: YamlNode): unknown => {
    const { type, parameters } = distributionOf(value);
    return [type, parameters.map(([, parameter]) => parameterValue(parameter, asList))];
  };
  return Object.fromEntries(entriesOf(node).map(([name, value]) => [name, asList(value)]));
}

/** A search space as a step's `search_space`: as it is written. */
export function stepSearchSpace(node: YamlNode | undefined): Record<string, unknown> {
  const asMap = (value: YamlNode): unknown => {
    const { type, parameters } = distributionOf(value);
    return {
      type,
      ...Object.fromEntries(parameters.map(([name, parameter]) => [name, parameterValue(parameter, asMap)])),
    };
  };
  return Object.fromEntries(entriesOf(node).map(([name, value]) => [name, asMap(value)]));
}

/** Values of a choice keep whether they are numbers or text; conditional spaces (mappings) may hold distributions. */
function parameterValue(node: YamlNode, distribution: (value: YamlNode) => unknown): unknown {
  if (node.kind === 'scalar') return numeric(node);
  const items = node.kind === 'list' ? node.items : [];
  return items.map((item) => {
    if (item.kind === 'scalar') return item.value;
    return Object.fromEntries(
      entriesOf(item).map(([name, value]) => [name, value.kind === 'scalar' ? value.value : distribution(value)]),
    );
  });
}

/** Names of hyperparameters become names of inputs or environment variables (`AZUREML_SWEEP_<name>`). */
export function checkSearchSpaceNames(node: YamlNode | undefined, field: string, problems: Problem[]): void {
  if (entriesOf(node).length === 0 && node)
    problems.push({ message: `'${field}' is empty. A sweep must vary at least one parameter.`, place: node.place });
  for (const [name, , keyPlace] of entriesOf(node))
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      problems.push({
        message: `'${field}.${name}': a name must consist of letters, digits and underscores, and can't begin with a digit.`,
        place: keyPlace,
      });
  for (const [name, value] of entriesOf(node)) checkBounds(value, `${field}.${name}`, problems);
}

/** The smallest value of a distribution can't be above its largest. */
export function checkBounds(node: YamlNode, field: string, problems: Problem[]): void {
  const [least, most] = [numeric(get(node, 'min_value')), numeric(get(node, 'max_value'))];
  if (typeof least === 'number' && typeof most === 'number' && least > most)
    problems.push({
      message: `'${field}.min_value' must be at most 'max_value' (${most}), but is ${least}.`,
      place: get(node, 'min_value')!.place,
    });
}

/** `early_termination` in snake case, with what Azure ML's tools fill in; a parameter that is written as null is left out. */
export function earlyTermination(
  node: YamlNode | undefined,
): { policy: string; word: string; settings: Record<string, unknown> } | undefined {
  if (!node || isNull(node)) return undefined;
  const word = wordOf(textOf(get(node, 'type')), POLICIES) ?? '';
  const policy = POLICIES[word];
  if (!policy) return undefined;
  const settings = Object.entries(policy.defaults).map(([name, value]) => {
    const written = get(node, name);
    return [name, written ? numeric(written) : value] as const;
  });
  return { policy: policy.name, word, settings: compact(Object.fromEntries(settings)) };
}

/** `sampling_algorithm`, which is a word or a mapping with a `type`. */
export function samplingAlgorithm(
  node: YamlNode | undefined,
): { type: string; settings: Record<string, unknown> } | undefined {
  if (!node || isNull(node)) return undefined;
  const rule = textOf(get(node, 'rule'));
  return {
    type: normalizeChoice(textOf(node.kind === 'map' ? get(node, 'type') : node) ?? ''),
    settings: compact({
      seed: numeric(get(node, 'seed')),
      rule: rule === undefined ? undefined : normalizeChoice(rule),
      logbase: numeric(get(node, 'logbase')),
    }),
  };
}
