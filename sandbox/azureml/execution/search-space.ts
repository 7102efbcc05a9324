/** Samples the search space of a sweep: grid, and random (which also stands in for Bayesian sampling). */

/** One hyperparameter: the distribution's name and its arguments in the order of the REST form `[name, [args]]`. */
export interface Distribution {
  type: string;
  args: any[];
}

const ARGUMENTS: Record<string, string[]> = {
  choice: ['values'],
  randint: ['upper'],
  uniform: ['min_value', 'max_value'],
  loguniform: ['min_value', 'max_value'],
  normal: ['mu', 'sigma'],
  lognormal: ['mu', 'sigma'],
  quniform: ['min_value', 'max_value', 'q'],
  qloguniform: ['min_value', 'max_value', 'q'],
  qnormal: ['mu', 'sigma', 'q'],
  qlognormal: ['mu', 'sigma', 'q'],
};

/** Reads `["uniform",[0,1]]` (jobs) or `{type: "uniform", min_value: 0, max_value: 1}` (nodes of pipelines). */
export function readDistribution(name: string, raw: any): Distribution {
  const type = String(Array.isArray(raw) ? raw[0] : raw?.type).toLowerCase();
  const names = ARGUMENTS[type];
  if (!names) throw new Error(`The search space of '${name}' has an unknown distribution '${type}'.`);
  const args = Array.isArray(raw) ? raw[1] : names.map((argument) => raw[argument]);
  if (!Array.isArray(args) || args.length < names.length || args.includes(undefined)) {
    throw new Error(`The search space of '${name}' (${type}) needs ${names.join(', ')}.`);
  }
  return { type, args };
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function sample({ type, args }: Distribution, random: () => number): unknown {
  const [a, b, q] = args as [any, number, number];
  const normal = () => a + b * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const uniform = () => a + (b - a) * random();
  const rounded = (value: number, step: number) => Math.round(value / step) * step;
  switch (type) {
    case 'choice':
      return a[Math.floor(random() * a.length)];
    case 'randint':
      return Math.floor(random() * a);
    case 'uniform':
      return uniform();
    case 'loguniform':
      return Math.exp(uniform());
    case 'normal':
      return normal();
    case 'lognormal':
      return Math.exp(normal());
    case 'quniform':
      return rounded(uniform(), q);
    case 'qloguniform':
      return rounded(Math.exp(uniform()), q);
    case 'qnormal':
      return rounded(normal(), q);
    default:
      return rounded(Math.exp(normal()), q);
  }
}

function gridValues(name: string, { type, args }: Distribution): unknown[] {
  if (type === 'choice') return args[0];
  if (type === 'randint') return Array.from({ length: args[0] }, (_, value) => value);
  if (type === 'quniform') {
    const [low, high, q] = args as [number, number, number];
    return Array.from({ length: Math.floor((high - low) / q) + 1 }, (_, step) => low + step * q);
  }
  throw new Error(`Grid sampling needs discrete values, but '${name}' is ${type}.`);
}

function toText(value: unknown): string {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The hyperparameters of every trial, as the text that goes into the command; at most `trials` of them. */
export function trialParameters(
  space: Record<string, Distribution>,
  algorithm: string,
  trials: number,
  seed: number,
): Record<string, string>[] {
  const names = Object.keys(space);
  if (algorithm === 'grid') {
    let rows: Record<string, string>[] = [{}];
    for (const name of names) {
      const values = gridValues(name, space[name]!).map(toText);
      rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
    }
    return rows.slice(0, trials);
  }
  const random = seededRandom(seed);
  return Array.from({ length: trials }, () =>
    Object.fromEntries(names.map((name) => [name, toText(sample(space[name]!, random))])),
  );
}
