/** What is shown in place of a secret. */
const HIDDEN = '***';

/** Ends of names, in lower case and without separators, that say that the value is a secret. `max_tokens` is a number of words. */
const SECRET_NAME = /(?:password|passwd|pwd|secrets?|keys?|token|connectionstrings?|(?:sas|webhook)url)$/;

/** Keys that everybody may see. */
const PUBLIC_NAME = /publickeys?$/;

/** Members of an input whose name says that it is a secret, which say what kind of input it is. */
const DESCRIBING = new Set(['jobInputType', 'type', 'mode', 'description']);

/** True when the name of a member says that its value is a secret: `adminUserPassword`, `OPENAI_API_KEY`. */
function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_NAME.test(plain) && !PUBLIC_NAME.test(plain);
}

/**
 * A body as it may be shown: `***` in place of every text below a member whose name says that it is a secret. Bindings such
 * as `${{parent.inputs.api_key}}` stay, since they only name one.
 */
export function withoutSecrets(value: unknown, isSecret = false): unknown {
  if (typeof value === 'string') return isSecret && value !== '' && !/^\$\{\{[^{}]*\}\}$/.test(value) ? HIDDEN : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, isSecret));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      withoutSecrets(member, (isSecret && !DESCRIBING.has(name)) || isSecretName(name)),
    ]),
  );
}

/**
 * One side of a difference as it may be shown. Environment variables are hidden whatever their names are: those that are in
 * the workspace were never in a file of this repository.
 * @param field `properties.environmentVariables.DB`
 */
export function shownDifference(field: string, value: unknown): unknown {
  const names = field.split(/[.[\]]+/);
  const isHidden = names.some((name) => isSecretName(name) || /^environment_?variables$/i.test(name));
  return withoutVariables(withoutSecrets(value, isHidden));
}

function withoutVariables(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutVariables);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      /^environment_?variables$/i.test(name) ? withoutSecrets(member, true) : withoutVariables(member),
    ]),
  );
}
