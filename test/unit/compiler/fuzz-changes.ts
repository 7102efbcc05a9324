import fc from 'fast-check';

export const ODD = [
  'null',
  '~',
  '""',
  '[]',
  '{}',
  '[[]]',
  '{a: {b: {c: 1}}}',
  '-1',
  '0',
  '1e999',
  '.nan',
  '-.inf',
  '0x1F',
  '1:30',
  'yes',
  '2026-01-01',
  '99999999999999999999',
  '__proto__',
  'constructor',
  'toString',
  '${{parent.jobs.a.outputs.b}}',
  '${{parent.inputs}}',
  '${{}}',
  '${{',
  'azureml:',
  'azureml:x',
  'azureml:x:1:2',
  'azureml:x@',
  'azureml://',
  'azureml://registries/r/models/m',
  '/subscriptions/',
  'file:',
  'file.yml',
  './',
  'src',
  'd/a.csv',
  'src/a.py/x',
  'nothing.yml',
  '/etc/hostname',
  '/etc',
  'file:///etc/hostname',
  'C:\\x',
  'https://',
  '*a',
  '&a x',
  '!!binary aGk=',
  '!x y',
  '"\\u0000"',
  "'\ud83d\ude00'",
  '|',
  '>-',
  '<<: {a: 1}',
  '? x',
  '@',
  '%',
  'x: y: z',
];

/** Changes of a text's lines: as people mistype, and as they don't. */
export const textChange = fc.record({
  at: fc.nat(10_000),
  other: fc.nat(10_000),
  how: fc.constantFrom('drop', 'twice', 'swap', 'indent', 'outdent', 'value', 'key', 'cut', 'insert', 'char'),
  odd: fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 12 })),
});
export type TextChange = typeof textChange extends fc.Arbitrary<infer T> ? T : never;

export function changeText(text: string, { at, other, how, odd }: TextChange): string {
  const lines = text.split('\n');
  const i = at % lines.length;
  const line = lines[i]!;
  switch (how) {
    case 'drop':
      lines.splice(i, 1);
      break;
    case 'twice':
      lines.splice(i, 0, line);
      break;
    case 'swap': {
      const j = other % lines.length;
      [lines[i], lines[j]] = [lines[j]!, line];
      break;
    }
    case 'indent':
      lines[i] = `  ${line}`;
      break;
    case 'outdent':
      lines[i] = line.replace(/^ {1,2}/, '');
      break;
    case 'value':
      lines[i] = line.replace(/:.*$/, `: ${odd}`);
      break;
    case 'key':
      lines[i] = line.replace(/^(\s*)[^:]*/, `$1${odd}`);
      break;
    case 'cut':
      return text.slice(0, at % (text.length + 1));
    case 'insert':
      lines.splice(i, 0, odd);
      break;
    case 'char': {
      const k = other % (line.length + 1);
      lines[i] = line.slice(0, k) + odd + line.slice(k + 1);
    }
  }
  return lines.join('\n');
}

/** Changes of a parsed document: any value in the place of any other. */
export const treeChange = fc.record({
  at: fc.nat(1000),
  value: fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...ODD)),
});

export function changeTree(root: unknown, changes: { at: number; value: unknown }[]): unknown {
  const holder = { root };
  for (const { at, value } of changes) {
    const places: [holder: Record<string, unknown>, key: string][] = [];
    const visit = (node: Record<string, unknown>): void => {
      for (const key of Object.keys(node)) {
        places.push([node, key]);
        if (node[key] && typeof node[key] === 'object') visit(node[key] as Record<string, unknown>);
      }
    };
    visit(holder);
    const [parent, key] = places[at % places.length]!;
    parent[key] = value;
  }
  return holder.root;
}
