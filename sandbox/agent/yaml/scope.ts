/** Where variables of a file, a stage or a job are known to `${{ variables.x }}`. */
import { type Dictionary, dictionary, type Value } from '../expression/values.ts';
import { type Entry, fieldOf, type Node } from './nodes.ts';

/** The places whose `variables` apply to everything in the same mapping; see `expandNode` for the names. */
export const isScope = (key: string): boolean => ['', 'stages[]', 'jobs[]'].includes(key);

/** The names and values that an expanded `variables` defines; groups define nothing that is known before the run. */
function definitions(variables: Node): [string, string][] {
  const texts = (entries: Entry[]): [string, string][] =>
    entries.flatMap(({ key, value }) => (value.kind === 'scalar' ? [[key, value.text] as [string, string]] : []));
  if (variables.kind === 'map') return texts(variables.entries);
  if (variables.kind !== 'list') return [];
  return variables.items.flatMap((item) => {
    const [name, value] = [fieldOf(item, 'name'), fieldOf(item, 'value')];
    if (name?.kind !== 'scalar' || (value && value.kind !== 'scalar')) return [];
    return [[name.text, value?.text ?? '']];
  });
}

function replaced(known: Value | undefined, defined: [string, string][]): Dictionary {
  const last = new Map(defined.map((definition) => [definition[0].toLowerCase(), definition]));
  const kept = known instanceof Map ? [...known].filter(([name]) => !last.has(name.toLowerCase())) : [];
  return dictionary([...kept, ...last.values()]);
}

/** The context with the variables that an expanded `variables` defines; an inner definition hides an outer one. */
export function withVariables<T extends { names: Record<string, Value> }>(context: T, variables: Node): T {
  return {
    ...context,
    names: { ...context.names, variables: replaced(context.names.variables, definitions(variables)) },
  };
}
