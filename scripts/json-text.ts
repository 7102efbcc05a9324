/** JSON in the repository's own layout, which the formatter leaves as it is. */

const WIDTH = 120;

/** The text of a JSON file: two spaces, and lists of plain values on one line where they fit. */
export function jsonText(value: unknown): string {
  return `${layOut(value, '', 0)}\n`;
}

/** @param before characters of the line in front of the value, and of the comma behind it */
function layOut(value: unknown, indent: string, before: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isPlain = value.every((item) => item === null || typeof item !== 'object');
    if (isPlain && before + line.length <= WIDTH) return line;
    return `[\n${value.map((item) => inner + layOut(item, inner, inner.length + 1)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([name, item]) => {
    const start = `${inner}${JSON.stringify(name)}: `;
    return start + layOut(item, inner, start.length + 1);
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
