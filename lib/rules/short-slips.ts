/**
 * An option of the short form as it was probably meant: `tolerance=0.1`, `>= 0.9`, `1 percent`; undefined when nothing can
 * be guessed.
 * @param text without blanks around it, in lower case
 */
export function meantOption(text: string, direction: 'higher' | 'lower'): string | undefined {
  const plain = text.replace(/^\((.*)\)$/, '$1').trim();
  const tolerance = /^(?:tolerance|within|tol)\s*(?:of|is|[:=])?\s*([\d.]+)\s*(%|percent)?$/.exec(plain);
  if (tolerance) return `tolerance ${tolerance[1]}${tolerance[2] ? ' %' : ''}`;
  const limit =
    /^(?:[<>]=?|==?|(?:at least|at most|least|most|min|max|minimum|maximum)\b)\s*(?:of|is|[:=])?\s*(-?[\d.]+)\s*(%|percent)?$/.exec(
      plain,
    );
  const against = direction === 'higher' ? /^(?:<|at most|most|max)/ : /^(?:>|at least|least|min)/;
  if (limit && !against.test(plain)) {
    const amount = limit[2] ? Number((Number(limit[1]) / 100).toPrecision(12)) : limit[1];
    return `at ${direction === 'higher' ? 'least' : 'most'} ${amount}`;
  }
  const percent = /^[-+±]?\s*([\d.]+)\s*(?:%|percent)$/.exec(plain);
  if (percent) return `${percent[1]} %`;
  const better = /^(?:\+\s*([\d.]+)|([\d.]+\s*%?)\s*better)$/.exec(plain);
  if (better) return `by ${better[1] ?? better[2]}`;
  return undefined;
}

/** What is behind the colon when it is neither a direction nor like one: a condition in CEL, or a limit. @returns the rule that was meant */
export function meantCondition(name: string, rest: string, variables: readonly string[]): string | undefined {
  if (new RegExp(`\\b(?:${variables.join('|')})[.[]`).test(rest)) return rest.trim();
  const plain = variables.some((variable) => name.startsWith(`${variable}.`)) ? name : `${variables[0]}.${name}`;
  const isPlain = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(plain);
  const limit = /^\s*(?:[<>]=?|[=!]=)\s*-?[\d.]+$/.test(rest) ? rest.trim() : undefined;
  return limit === undefined ? undefined : `${isPlain ? plain : `${variables[0]}[${JSON.stringify(name)}]`} ${limit}`;
}
