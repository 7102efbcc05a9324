import { type Place, type Problem, UserError } from '../../core/errors.ts';
import { didYouMean } from '../../core/words.ts';
import { pythonText, resolvePlainScalar } from './scalars.ts';
import { jsonOf, parseYaml, type YamlFile, type YamlMap, type YamlNode } from './yaml.ts';

/** One line `a.b.c=value`. */
export interface Override {
  path: string[];
  value: string;
  /** As it was written, for messages. */
  line: string;
}

/**
 * Reads lines of `a.b.c=value`; empty lines and lines that begin with `#` are skipped.
 * @param text or single overrides, whose values may have several lines
 * @throws UserError `OverrideInvalid` with every wrong line
 */
export function parseOverrides(text: string | readonly string[]): Override[] {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  const lines = typeof text === 'string' ? text.split(/\r\n|\r|\n/).filter((line) => !/^\s*(?:#|$)/.test(line)) : text;
  for (const raw of lines) {
    const line = raw.trim();
    const equals = line.indexOf('=');
    const path = line.slice(0, Math.max(0, equals)).trim().split('.');
    if (equals < 1 || path.some((part) => part === ''))
      problems.push({ message: `'${line}' must have the form a.b.c=value` });
    else overrides.push({ path, value: line.slice(equals + 1).trim(), line });
  }
  if (problems.length > 0)
    throw invalid(problems, 'Write one override per line, for example inputs.learning_rate=0.01.');
  return overrides;
}

/**
 * Sets the overrides in the file's top-level document, as `az ml job create --set` does: missing mappings on the way are
 * made, and a path can't lead into a reference (`component: ./train.yml`).
 * @throws UserError `OverrideInvalid`
 */
export function applyOverrides(file: YamlFile, overrides: readonly Override[]): void {
  const problems: Problem[] = [];
  const misspelt = overrides.map((override) => misspeltInput(file.root, override, overrides));
  for (const [i, override] of overrides.entries()) {
    const message = unsetVariable(override) ?? misspelt[i] ?? applyOne(file.root, override);
    if (message) problems.push({ message });
  }
  if (problems.length > 0)
    throw invalid(problems, 'Fix the overrides and run again. Nothing was created in the workspace.');
}

/** Fields where a part `$(name)` is the output of a command, or text. */
const SHELL_TEXTS = ['command', 'args', 'program_arguments', 'description'];

/** The agent leaves `$(name)` in an input as it is when there is no variable of that name. */
function unsetVariable({ path, value, line }: Override): string | undefined {
  const isForShell = SHELL_TEXTS.includes(path.at(-1)!);
  const name = (isForShell ? /^\$\(([\w.-]+)\)$/ : /\$\(([A-Za-z_][\w.-]*)\)/).exec(value)?.[1];
  return name && `'${line}' uses the variable '${name}' of the pipeline, which does not have a value`;
}

/** An input that is new in the file, is used nowhere in it, and looks like one that the file has. */
function misspeltInput(root: YamlNode, { path, line }: Override, overrides: readonly Override[]): string | undefined {
  const at = path.lastIndexOf('inputs');
  const name = path[at + 1];
  const inputs = path.slice(0, at + 1).reduce<YamlNode | undefined>((node, key) => node && child(node, key), root);
  if (at < 0 || name === undefined || inputs?.kind !== 'map' || inputs.entries.has(name)) return undefined;
  const hint = didYouMean(name, inputs.entries.keys());
  const isGroup = [...inputs.entries.keys()].some((one) => one.startsWith(`${name}.`));
  const text = [JSON.stringify(jsonOf(root)), ...overrides.map((one) => one.value)].join('\n');
  const isUsed = new RegExp(`inputs\\.${name.replace(/\W/g, '\\$&')}(?![\\w-])`).test(text);
  if (!hint || isGroup || isUsed) return undefined;
  return `'${line}' sets the input '${name}', which nothing in the file uses.${hint}`;
}

function applyOne(root: YamlNode, { path: written, value, line }: Override): string | undefined {
  const path = joinedKeys(root, written);
  let node = root;
  for (const [depth, part] of path.slice(0, -1).entries()) {
    const next = child(node, part);
    if (next?.kind === 'scalar' && next.value !== null) {
      const shown = path.slice(0, depth + 1).join('.');
      return `'${line}': '${shown}' is the reference or value '${String(next.value)}', which does not have fields of its own. Change the file it refers to, or set '${shown}' itself`;
    }
    if (next && next.kind !== 'scalar') node = next;
    else {
      const made: YamlMap = { kind: 'map', entries: new Map(), place: { ...node.place, override: line } };
      const wrong = put(node, part, made, line);
      if (wrong) return wrong;
      node = made;
    }
  }
  const place: Place = { ...(child(node, path.at(-1)!)?.place ?? node.place), override: line };
  const isVariable = ENVIRONMENT_VARIABLE.test(path.join('.'));
  const isText = (isVariable || (value !== '' && TEXT_FIELDS.test(path.join('.')))) && !QUOTED.test(value);
  const set: YamlNode = isText ? { kind: 'scalar', value, isFloat: false, place } : valueNode(value, place);
  return put(node, path.at(-1)!, set, line);
}

/** The path with keys that have dots of their own put together again: `conf.spark.driver.cores`. */
function joinedKeys(root: YamlNode, written: readonly string[]): string[] {
  const path: string[] = [];
  let node: YamlNode | undefined = root;
  for (let i = 0; i < written.length; ) {
    let length = 1;
    if (node?.kind === 'map' && !node.entries.has(written[i]!))
      for (let more = written.length - i; more > 1; more--)
        if (node.entries.has(written.slice(i, i + more).join('.'))) {
          length = more;
          break;
        }
    const key = written.slice(i, i + length).join('.');
    path.push(key);
    node = node && child(node, key);
    i += length;
  }
  return path;
}

/**
 * Fields that take only text, where quotes around a number are easily forgotten: `tags.build=20260131.10` is not a number. (The
 * tools of Azure ML take every value as text.)
 */
const TEXT_FIELDS =
  /^(name|display_name|description|experiment_name|(tags|properties)\.[^.]+|jobs\.[^.]+\.(display_name|description|comment|(tags|properties)\.[^.]+))$/;
/** Their values are sent as they are written, in steps as well, where those of a file keep their types. */
const ENVIRONMENT_VARIABLE = /(?:^|\.)environment_variables\.[^.]+$/;
const QUOTED = /^(?:".*"|'.*')$/s;

/** A value as written behind the `=`: a plain scalar; in quotes always text; in brackets or braces a list or mapping. */
function valueNode(value: string, place: Place): YamlNode {
  if (/^(?:".*"|'.*'|\[.*\]|\{(?!\{).*\})$/s.test(value)) {
    try {
      return placedAt(parseYaml(value, 'override'), place);
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // text that only looks like YAML is taken as it is
    }
  }
  const resolved = resolvePlainScalar(value);
  const isText = resolved.value !== null && !isSpelledSo(value, resolved);
  if (isText) return { kind: 'scalar', value, isFloat: false, place };
  return { kind: 'scalar', ...resolved, ...(resolved.value === null ? {} : { written: value }), place };
}

/**
 * A version (`1.10`), a build's number (`0012`), a time (`12:30`) or an answer (`yes`) is not to become the number or
 * boolean that YAML 1.1 sees in it: on a command line what is written is meant, and Azure ML's tools take all as text.
 */
function isSpelledSo(written: string, { value, isFloat }: ReturnType<typeof resolvePlainScalar>): boolean {
  if (typeof value === 'boolean') return /^(?:true|false)$/i.test(written);
  return pythonText(value, isFloat) === written;
}

/** The value with everything in it at the place of the override: a value in a command line does not have a line of its own. */
function placedAt(node: YamlNode, place: Place): YamlNode {
  if (node.kind === 'scalar') return { ...node, place };
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => placedAt(item, place)), place };
  const entries = [...node.entries].map(
    ([name, { value }]) => [name, { keyPlace: place, value: placedAt(value, place) }] as const,
  );
  return { ...node, entries: new Map(entries), place };
}

function child(node: YamlNode, part: string): YamlNode | undefined {
  if (node.kind === 'map') return node.entries.get(part)?.value;
  return node.kind === 'list' ? node.items[Number(part)] : undefined;
}

function put(node: YamlNode, part: string, value: YamlNode, line: string): string | undefined {
  if (node.kind === 'map') {
    node.entries.set(part, { keyPlace: node.entries.get(part)?.keyPlace ?? value.place, value });
    return undefined;
  }
  if (node.kind === 'list' && /^\d+$/.test(part) && Number(part) < node.items.length) {
    node.items[Number(part)] = value;
    return undefined;
  }
  return node.kind === 'list'
    ? `'${line}': '${part}' is not a position in the list, which has ${node.items.length} ${node.items.length === 1 ? 'item' : 'items'} (the first is 0)`
    : `'${line}' can't be set, because the file is not a mapping`;
}

function invalid(problems: Problem[], fix: string): UserError {
  return new UserError({
    code: 'OverrideInvalid',
    message:
      problems.length === 1
        ? `The override ${problems[0]!.message.replace(/(?<!\?)$/, '.')}`
        : `${problems.length} overrides are not valid.`,
    fix,
    problems: problems.length === 1 ? [] : problems,
  });
}
