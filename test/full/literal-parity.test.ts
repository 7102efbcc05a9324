/** Scalars of YAML files mean and are spelled what PyYAML and Python's `str()` make of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { get, parseYaml, textOf, type YamlNode } from '../../lib/compiler/yaml/yaml.ts';
import { UserError } from '../../lib/core/errors.ts';
import { askPython } from './parity/ask-python.ts';

const digits = fc.stringMatching(/^[0-9_]{1,8}$/);
const plain = fc.oneof(
  fc.stringMatching(/^[-+]?[0-9]{1,17}$/),
  fc.stringMatching(/^[-+]?[0-9_]{0,6}\.[0-9_]{0,6}([eE][-+]?[0-9]{1,3})?$/),
  fc.stringMatching(/^[-+]?[0-9]{1,3}[eE][-+]?[0-9]{1,2}$/),
  fc.stringMatching(/^[-+]?0([xo][0-9a-f][0-9A-F_]{0,5}|[0-9_]{0,5}|b[01][01_]{0,5})$/),
  fc.stringMatching(/^[-+]?[0-9]{1,3}(:[0-9]{1,2}){1,2}(\.[0-9]{0,2})?$/),
  fc.constantFrom('yes', 'No', 'ON', 'off', 'y', 'n', 'TRUE', 'True', 'tRue', '~', 'null', 'Null', 'NULL', 'none', ''),
  fc.constantFrom(
    '.inf',
    '-.INF',
    '+.Inf',
    '.nan',
    '.NaN',
    'inf',
    'nan',
    '1_000',
    '0',
    '-0',
    '0.0',
    '-0.0',
    '00',
    '08',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => {
    const text = value.toExponential();
    return text.includes('.')
      ? text.replace(/e(\d)/, 'e+$1')
      : text.replace(/e([+-]?)/, (_, sign) => `.0e${sign || '+'}`);
  }),
  fc.tuple(digits, digits).map(([a, b]) => `${a}.${b}`),
  fc.stringMatching(/^[a-zA-Z0-9.+_-]{1,8}$/),
  fc.stringMatching(/^[a-z0-9 ]{1,8}$/).map((text) => text.trim()),
);
/** Quoted text over several lines, indented anyhow. */
const quoted = fc
  .tuple(
    fc.constantFrom('"', "'"),
    fc.array(fc.stringMatching(/^ {0,4}[a-z0-9:,# \\n-]{0,10}$/), { minLength: 1, maxLength: 5 }),
  )
  .map(([quote, lines]) => {
    const text = lines.join('\n');
    return quote + (quote === "'" ? text : text.replace(/\\(?![n\n])/g, '')) + quote;
  });
const block = fc
  .tuple(
    fc.constantFrom('|', '>', '|-', '>-', '|+', '>+'),
    fc.array(fc.stringMatching(/^[a-z ]{0,8}$/), { maxLength: 5 }),
  )
  .map(([style, lines]) => `${style}\n${lines.map((line) => `  ${line}\n`).join('')}`);

describe('literals', function () {
  this.timeout(600_000);

  it('are read and spelled as in Python', () => {
    const texts = [...fc.sample(plain, 6000), ...fc.sample(quoted, 1500), ...fc.sample(block, 500)].map(
      (text) => `v: ${text}\nw: 1\n`,
    );
    const answers: { type: string; text: string }[] = askPython('literals.py', texts);
    assert.equal(answers.length, texts.length);
    // Dates are text to Azure ML's fields.
    const compared = answers
      .map(({ type, text }, i) => ({ yaml: texts[i]!, python: [type, type === 'error' ? '' : text] }))
      .filter(({ python }) => python[0] !== 'date' && python[0] !== 'datetime')
      .map((one) => ({ ...one, ours: read(one.yaml) }));
    assert.ok(compared.length > 7000, `${compared.length} compared`);
    const different = compared.filter(({ python, ours }) => JSON.stringify(python) !== JSON.stringify(ours));
    assert.deepEqual(different.slice(0, 20), [], `${different.length} differ`);
  });
});

function read(yaml: string): [type: string, text: string] {
  try {
    const node = get(parseYaml(yaml, 'file.yml'), 'v') as YamlNode & { kind: 'scalar' };
    const { value, isFloat } = node;
    if (value === null) return ['NoneType', 'None'];
    if (typeof value === 'string' && /^-?\d{16,}$/.test(value)) return ['int', value]; // no double holds it
    const type = { string: 'str', boolean: 'bool', number: isFloat ? 'float' : 'int' }[typeof value as 'string'];
    return [type, textOf(node)!];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return ['error', ''];
  }
}
