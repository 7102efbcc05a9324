/**
 * An option of the short form as it was probably meant: `tolerance=0.1`, `>= 0.9`, `1 percent`; undefined when nothing can
 * be guessed.
 * @param text without blanks around it, in lower case
 */
export function meantOption(text: string, direction: 'higher' | 'lower'): string | undefined {
  // Of `.4` the zero is missing.
  const plain = text
    .replace(/^(?:and|with|but)\s+/, '')
    .replace(/^\((.*)\)$/, '$1')
    .replace(/(?<![\w.])\+?\.(?=\d)/g, '0.')
    .replace(/(?<=\s)\+(?=\d)/g, '')
    .trim();
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
  const worse =
    /^(?:([\d.]+)\s*(%|percent)?\s*(?:tolerance|tolerated|worse|slack|margin)|(?:not?|at most)\s+(?:worse|more)\s+than\s+([\d.]+)\s*(%|percent)?)$/.exec(
      plain,
    );
  if (worse) return `tolerance ${worse[1] ?? worse[3]}${worse[2] || worse[4] ? ' %' : ''}`;
  const by = /^by\s+(?:at least\s+)?([\d.]+)\s*(%|percent)?$/.exec(plain);
  if (by) return `by ${by[1]}${by[2] ? ' %' : ''}`;
  if (/^strict$|^strictly better$/.test(plain)) return 'strictly';
  if (/^(?:if present|if there|if any|when present|may be missing)$/.test(plain)) return 'optional';
  const better = /^(?:\+\s*([\d.]+)|([\d.]+\s*%?)\s*better)$/.exec(plain);
  if (better) return `by ${better[1] ?? better[2]}`;
  return undefined;
}
