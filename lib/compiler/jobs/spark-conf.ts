import type { Problem } from '../../core/errors.ts';
import type { ScalarValue } from '../yaml/scalars.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

const CORES = ['spark.driver.cores', 'spark.driver.memory', 'spark.executor.cores', 'spark.executor.memory'] as const;
const INSTANCES = 'spark.executor.instances';
const DYNAMIC = 'spark.dynamicAllocation.enabled';
const LEAST = 'spark.dynamicAllocation.minExecutors';
const MOST = 'spark.dynamicAllocation.maxExecutors';

/** The keys that Azure ML itself reads; a step overrides each of them by itself, all others as a whole. */
const KNOWN: readonly string[] = [...CORES, INSTANCES, DYNAMIC, LEAST, MOST];

/** Values of `conf` by key, and where they are written. */
export type SparkConf = Map<string, YamlNode>;

export function sparkConf(node: YamlNode | undefined): SparkConf {
  return new Map(
    entriesOf(node)
      .filter(([, value]) => !isNull(value))
      .map(([name, value]) => [name, value]),
  );
}

/** A step's `conf` over its component's. */
export function mergeConf(component: SparkConf, step: SparkConf): SparkConf {
  const own = [...step].filter(([name]) => !KNOWN.includes(name));
  const others = own.length > 0 ? own : [...component].filter(([name]) => !KNOWN.includes(name));
  const known = KNOWN.flatMap((name) => {
    const value = step.get(name) ?? component.get(name);
    return value ? [[name, value] as const] : [];
  });
  return new Map([...others, ...known]);
}

/** `conf` of a component: whole numbers in quotes become numbers, and a switch that is off is left out. */
export function componentConf(conf: SparkConf): Record<string, unknown> {
  return Object.fromEntries(
    [...conf].flatMap(([name, node]) => {
      const value = scalarOf(node);
      if (!KNOWN.includes(name)) return [[name, value]];
      if (value === false || value === 0) return [];
      return [[name, typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value]];
    }),
  );
}

/** `conf` of a step: as a component's, and dynamic allocation starts with the fewest executors. */
export function stepConf(conf: SparkConf): Record<string, unknown> {
  const values = componentConf(conf);
  return isDynamic(conf) && !conf.has(INSTANCES) && conf.has(LEAST)
    ? { ...values, [INSTANCES]: values[LEAST] }
    : values;
}

/** `conf` of a job: text only. */
export function jobConf(conf: SparkConf): Record<string, string> {
  const text = Object.fromEntries(
    [...conf].filter(([name]) => name !== DYNAMIC).map(([name, node]) => [name, textOf(node) ?? '']),
  );
  if (!isDynamic(conf)) return text;
  return { [INSTANCES]: textOf(conf.get(LEAST)) ?? '', ...text, [DYNAMIC]: 'True' };
}

function isDynamic(conf: SparkConf): boolean {
  return textOf(conf.get(DYNAMIC))?.toLowerCase() === 'true';
}

function scalarOf(node: YamlNode): ScalarValue {
  return node.kind === 'scalar' ? node.value : null;
}

/**
 * What Azure ML demands of `conf` (azure-ai-ml `spark_helpers.py`): the sizes of driver and executors, and either a number
 * of executors or the bounds of dynamic allocation.
 * @param node the job, step or component, for the place of what is missing
 */
export function checkConf(conf: SparkConf, node: YamlNode, path: string, problems: Problem[]): void {
  const field = path ? `${path}.conf` : 'conf';
  const place = (get(node, 'conf') ?? node).place;
  const dynamic = isDynamic(conf);
  for (const name of [...CORES, ...(dynamic ? [LEAST, MOST] : [INSTANCES])])
    if (!conf.has(name)) problems.push({ message: `'${field}' is missing the required key '${name}'.`, place });
  if (!dynamic) {
    for (const name of [LEAST, MOST])
      if (conf.has(name))
        problems.push({
          message: `'${field}' has '${name}', which has no effect without '${DYNAMIC}: true'.`,
          place: conf.get(name)!.place,
        });
    return;
  }
  const [least, most, instances] = [LEAST, MOST, INSTANCES].map((name) => Number(textOf(conf.get(name)) ?? Number.NaN));
  if (least! <= 0 || least! > most!)
    problems.push({
      message: `'${field}': '${LEAST}' must be between 1 and '${MOST}' (${most}), but is ${least}.`,
      place: conf.get(LEAST)!.place,
    });
  else if (instances! > most! || instances! < least!)
    problems.push({
      message: `'${field}': '${INSTANCES}' must be between ${least} and ${most} with dynamic allocation, but is ${instances}.`,
      place: conf.get(INSTANCES)!.place,
    });
}
