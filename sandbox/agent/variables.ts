/** A job's variables: case-insensitive names, secrets, read-only names, recursive expansion (agent: Variables.cs). */
import { readonlyVariables } from './readonly-variables.ts';

export interface Variable {
  /** As first written; tasks see this spelling in VSTS_PUBLIC_VARIABLES. */
  name: string;
  value: string;
  secret: boolean;
  readOnly: boolean;
  /** The environment variable keeps its case. */
  preserveCase: boolean;
}

export interface VariableOptions {
  secret?: boolean;
  readOnly?: boolean;
  preserveCase?: boolean;
}

export interface Variables {
  /** The value after `recalculate`, or undefined. */
  get(name: string): string | undefined;
  find(name: string): Variable | undefined;
  set(name: string, value: string, options?: VariableOptions): void;
  isReadOnly(name: string): boolean;
  /** Expands `$(x)` inside the values, up to 50 deep; a value that embeds a secret becomes a secret. */
  recalculate(): void;
  /** The variables after expansion. */
  list(): Variable[];
}

const macro = /\$\(([^()]*)\)/g;
const maxDepth = 50;

/** Replaces `$(name)` once, not recursively; unknown names stay as they are. */
export function expandMacros(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(macro, (verbatim, name: string) => lookUp(name) ?? verbatim);
}

interface Expansion {
  value: string;
  secret: boolean;
}

export function createVariables(): Variables {
  const raw = new Map<string, Variable>();
  let expanded = new Map<string, Variable>();

  /** Undefined when the variable contains itself or is nested too deeply; the agent then leaves its text alone. */
  const expand = (variable: Variable, above: string[]): Expansion | undefined => {
    if (above.length >= maxDepth) return undefined;
    const path = [...above, variable.name.toLowerCase()];
    let secret = variable.secret;
    let broken = false;
    const value = expandMacros(variable.value, (name) => {
      const inner = raw.get(name.toLowerCase());
      if (!inner) return undefined;
      const result = path.includes(name.toLowerCase()) ? undefined : expand(inner, path);
      if (!result) broken = true;
      else secret ||= result.secret;
      return result?.value;
    });
    return broken ? undefined : { value, secret };
  };

  const find = (name: string): Variable | undefined => expanded.get(name.toLowerCase());
  return {
    find,
    get: (name) => find(name)?.value,
    set(name, value, { secret = false, readOnly = false, preserveCase = false } = {}) {
      const key = name.toLowerCase();
      const old = raw.get(key);
      const variable: Variable = {
        name: preserveCase ? name : (old?.name ?? name),
        value,
        // Once secret, always secret.
        secret: secret || (old?.secret ?? false),
        readOnly: readOnly || (old?.readOnly ?? false),
        preserveCase: preserveCase || (old?.preserveCase ?? false),
      };
      raw.set(key, variable);
      expanded.set(key, variable);
    },
    isReadOnly: (name) => (raw.get(name.toLowerCase())?.readOnly ?? false) || readonlyVariables.has(name.toLowerCase()),
    recalculate() {
      expanded = new Map([...raw].map(([key, variable]) => [key, { ...variable, ...(expand(variable, []) ?? {}) }]));
    },
    list: () => [...expanded.values()],
  };
}

/** `Build.BuildId` -> `BUILD_BUILDID` (agent: VarUtil.ConvertToEnvVariableFormat); hyphens stay. */
export function environmentName(name: string, preserveCase = false): string {
  const replaced = name.replace(/[. ]/g, '_');
  return preserveCase ? replaced : replaced.toUpperCase();
}
