/** `${{...}}` expressions and `$[[...]]` optional blocks, as the service resolves them in commands, URIs and bindings. */

/** Values by full expression name: `inputs.x`, `outputs.y`, `name`, `search_space.lr`. */
export type ExpressionValues = Record<string, string>;

const EXPRESSION = /\$\{\{\s*([^{}]+?)\s*\}\}/g;
const OPTIONAL_BLOCK = /\$\[\[([\s\S]*?)\]\]/g;

/** The names inside `${{...}}`, in order of appearance. */
export function expressionNames(text: string): string[] {
  return [...text.matchAll(EXPRESSION)].map((match) => match[1]!);
}

/** `text` with every `${{name}}` replaced; throws an Error naming the first expression that has no value. */
export function expand(text: string, values: ExpressionValues): string {
  return text.replace(EXPRESSION, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The expression ${whole} has no value.`);
    return value;
  });
}

/**
 * A command line ready for the shell: `$[[ ... ]]` stays (without its brackets) when every expression in it has a
 * value and disappears otherwise; then every `${{...}}` is replaced.
 */
export function expandCommand(command: string, values: ExpressionValues): string {
  const chosen = command.replace(OPTIONAL_BLOCK, (_, inner: string) =>
    expressionNames(inner).every((name) => values[name] !== undefined) ? inner : '',
  );
  return expand(chosen, values);
}

/** What a node's value refers to when the whole value is one `${{parent...}}` expression. */
export type Binding =
  | { kind: 'parentInput'; name: string }
  | { kind: 'parentOutput'; name: string }
  | { kind: 'jobOutput'; job: string; name: string };

/** Reads `${{parent.inputs.x}}`, `${{parent.outputs.y}}` or `${{parent.jobs.a.outputs.b}}`; undefined for other text. */
export function parseBinding(text: unknown): Binding | undefined {
  if (typeof text !== 'string') return undefined;
  const name = /^\s*\$\{\{\s*([^{}]+?)\s*\}\}\s*$/.exec(text)?.[1];
  if (!name) return undefined;
  const [, side, rest] = /^parent\.(inputs|outputs)\.(.+)$/.exec(name) ?? [];
  if (side && rest) return { kind: side === 'inputs' ? 'parentInput' : 'parentOutput', name: rest };
  const [, job, output] = /^parent\.jobs\.([^.]+)\.outputs\.(.+)$/.exec(name) ?? [];
  return job && output ? { kind: 'jobOutput', job, name: output } : undefined;
}
