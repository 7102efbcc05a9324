/** Readers of a task's inputs. Each names the input in its errors and gives the value in the type that the task works with. */
import { UserError } from '../core/errors.ts';
import { oneOf } from '../core/words.ts';
import type { TaskInputs } from './pipeline.ts';

/**
 * Inputs whose text may have a `$(...)` of its own: a command of the shell, a commit's message. Rules and overrides
 * say themselves where one is a variable without a value.
 */
const OF_ANY_TEXT: readonly string[] = [
  'rules',
  'healthRules',
  'overrides',
  'endpointOverrides',
  'description',
  'tags',
];

/** An input that has to have a value. @throws UserError `InputMissing` */
export function required(inputs: TaskInputs, name: string): string {
  const value = inputs.text(name);
  if (value === undefined)
    throw new UserError({ code: 'InputMissing', message: `The input ${name} is empty.`, fix: FIX_OF_MISSING });
  const isUnset = /^\$\([^()]+\)$/.test(value);
  if (isUnset || !OF_ANY_TEXT.includes(name)) requireSet(name, value);
  return value;
}

const FIX_OF_MISSING =
  'If the value comes from another step, as in $(submit.jobName), check that step’s name: and that it ran in this job.';

/** The agent leaves `$(x)` as it is when no variable has that name. @throws UserError `InputMissing` */
export function requireSet(name: string, text: string): void {
  const value = /^\$\([^()]+\)$|\$\([A-Za-z_][\w.-]*\)/.exec(text)?.[0];
  if (value === undefined) return;
  const whole = value === text ? 'is' : 'has';
  throw new UserError({
    code: 'InputMissing',
    message: `The input ${name} ${whole} '${value}', but there is no variable of that name.`,
    fix: FIX_OF_MISSING,
  });
}

/** An input that may be empty; undefined then. @throws UserError `InputMissing` when a variable in it has no value */
export function optional(inputs: TaskInputs, name: string): string | undefined {
  const value = inputs.text(name);
  if (value !== undefined && !OF_ANY_TEXT.includes(name)) requireSet(name, value);
  return value;
}

/** An input with a grammar of its own that may be empty; undefined then. @throws UserError what the parser throws */
export function optionallyParsed<T>(inputs: TaskInputs, name: string, parse: (text: string) => T): T | undefined {
  return inputs.text(name) === undefined ? undefined : parsed(inputs, name, parse);
}

/** Absolute path of an input of type filePath. @throws UserError `InputMissing` */
export function requiredPath(inputs: TaskInputs, name: string): string {
  const path = inputs.path(name);
  if (path === undefined) return required({ ...inputs, text: () => undefined }, name);
  requireSet(name, inputs.text(name) ?? '');
  return path;
}

/**
 * The files that an input names, one path or pattern per line, each once and in the order of their paths.
 * @throws UserError `InputMissing`, `FileNotFound` when a line matches nothing
 */
export function matchingFiles(inputs: TaskInputs, name: string): string[] {
  const lines = required(inputs, name)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const unmatched = lines.find((line) => !line.startsWith('!') && inputs.find([line]).length === 0);
  if (unmatched !== undefined) throw noFiles(name, `no file matches '${unmatched}'`);
  const found = [...new Set(inputs.find(lines))].sort();
  if (found.length === 0) throw noFiles(name, 'its patterns leave out every file');
  return found;
}

function noFiles(name: string, why: string): UserError {
  return new UserError({
    code: 'FileNotFound',
    message: `The input ${name} does not name a file: ${why}.`,
    fix: 'Write paths and patterns relative to the sources, such as ml/assets/*.yml, and check that the job checks them out.',
  });
}

/** An input with a fixed set of values, in any case of letters. @throws UserError `InputInvalid` */
export function choice<T extends string>(inputs: TaskInputs, name: string, allowed: readonly T[], fallback: T): T {
  const value = inputs.text(name);
  if (value === undefined) return fallback;
  const found = allowed.find((one) => one.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  throw invalid(`The input ${name} is '${value}'; allowed are ${oneOf(allowed)}.`, 'Use one of these values.');
}

/** A boolean input. @throws UserError `InputInvalid` */
export function flag(inputs: TaskInputs, name: string, fallback: boolean): boolean {
  return choice(inputs, name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
}

/** Lines of `name=value`; empty lines and lines that begin with `#` are skipped. @throws UserError `InputInvalid`, `InputMissing` */
export function pairs(inputs: TaskInputs, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const raw of (optional(inputs, name) ?? '').split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 1) {
      throw invalid(
        `The input ${name} has the line '${line}', which is not of the form name=value.`,
        'Write one pair per line, for example team=risk.',
      );
    }
    found[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return found;
}

/** A number of seconds, as milliseconds; undefined when the input is empty. @throws UserError `InputInvalid` */
export function seconds(
  inputs: TaskInputs,
  name: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  const value = inputs.text(name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number >= least && number <= most) return number * 1000;
  throw invalid(
    `The input ${name} is '${value}'; allowed are ${least} to ${most} seconds.`,
    'Leave it empty for the default.',
  );
}

/** A number of minutes, as milliseconds; undefined when the input is empty or 0. @throws UserError `InputInvalid` */
export function minutes(inputs: TaskInputs, name: string): number | undefined {
  const value = inputs.text(name) ?? '0';
  const number = Number(value);
  if (Number.isFinite(number) && number >= 0) return number === 0 ? undefined : number * 60_000;
  throw invalid(`The input ${name} is '${value}'; allowed is a number of minutes.`, 'Write 0 for no limit.');
}

/**
 * An input with a grammar of its own. The parser knows what is wrong with a text, this adds which input it was.
 * @param fallback text of an input that is empty; without it the input has to have a value
 * @throws UserError `InputMissing`, and what the parser throws
 */
export function parsed<T>(inputs: TaskInputs, name: string, parse: (text: string) => T, fallback?: string): T {
  const text = fallback === undefined ? required(inputs, name) : (optional(inputs, name) ?? fallback);
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // A parser may know more about a variable without a value.
    if (!/variable/.test(`${error.message} ${error.fix ?? ''}`)) requireSet(name, text);
    const { code, message, fix, problems } = error;
    throw new UserError(
      { code, message: `The input ${name} is not valid: ${message}`, ...(fix ? { fix } : {}), problems },
      { cause: error },
    );
  }
}

function invalid(message: string, fix: string): UserError {
  return new UserError({ code: 'InputInvalid', message, fix });
}
