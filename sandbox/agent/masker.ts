/** Replaces secrets in log lines with `***` (agent: Worker.cs, HostContext.cs). */

export interface Masker {
  /** Registers one value and its encodings: JSON string, URI and backslash escapes. */
  add(value: string): void;
  /** Registers a secret variable's value with all forms in which it may surface. */
  addVariable(value: string): void;
  mask(text: string): string;
}

function encodings(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  let uri = value;
  try {
    uri = encodeURIComponent(value);
  } catch {
    // A lone surrogate has no URI form.
  }
  return [value, json, uri, value.replaceAll('\\', '\\\\'), value.replaceAll('\\\\', '\\')];
}

const escapeCommandData = (value: string): string =>
  value.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeNewlines = (value: string): string => value.replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** The forms of a secret variable that the agent registers besides the value itself. */
export function variableForms(value: string): string[] {
  const base64 = Buffer.from(value, 'utf8').toString('base64');
  const trimmed = value.replace(/^(["'])(.*)\1$/s, '$2');
  return [
    value,
    trimmed,
    value.trim(),
    escapeCommandData(value),
    escapeNewlines(value),
    base64,
    escapeCommandData(base64),
  ];
}

/** `https://user:password@host`: the password is masked wherever such a URL appears. */
const urlPassword = /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;

/** `minLength`: secrets shorter than this are not masked (AZP_IGNORE_SECRETS_SHORTER_THAN, at most 6). */
export function createMasker(minLength = 0): Masker {
  const values = new Set<string>();
  const shortest = Math.max(1, Math.min(minLength, 6));
  const add = (value: string): void => {
    if (value.length < shortest) return;
    for (const form of encodings(value)) if (form.length >= shortest) values.add(form);
  };
  return {
    add,
    addVariable(value) {
      for (const form of variableForms(value)) add(form);
    },
    mask(text) {
      const ranges: [number, number][] = [];
      for (const value of values)
        for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
          ranges.push([at, at + value.length]);
      for (const match of text.matchAll(urlPassword)) ranges.push([match.index, match.index + match[0].length]);
      if (ranges.length === 0) return text;
      ranges.sort((a, b) => a[0] - b[0]);
      let masked = '';
      let end = -1;
      let copied = 0;
      for (const [from, to] of ranges) {
        if (from > end) {
          masked += `${text.slice(copied, from)}***`;
          end = to;
        } else end = Math.max(end, to);
        copied = end;
      }
      return masked + text.slice(copied);
    },
  };
}
