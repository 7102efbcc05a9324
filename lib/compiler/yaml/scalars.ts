/** A value of a YAML scalar. Whole floats keep that they are floats, since Python spells `1.0` and `1` differently. */
export type ScalarValue = string | number | boolean | null;

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^[-+]?(?:0b_*[01][01_]*|0[0-7_]+|0|[1-9][0-9_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*)$/;
const SEXAGESIMAL = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const SEXAGESIMAL_FLOAT = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const INFINITY = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;

/**
 * What an unquoted YAML scalar means to Azure ML's tools, which read YAML 1.1 with PyYAML (`yaml/resolver.py`): `yes` is
 * true, `017` is 15, `1:30` is 90, and `1e-5` (no dot) is a string.
 */
export function resolvePlainScalar(text: string): { value: ScalarValue; isFloat: boolean } {
  if (NULL.test(text)) return { value: null, isFloat: false };
  if (TRUE.test(text)) return { value: true, isFloat: false };
  if (FALSE.test(text)) return { value: false, isFloat: false };
  if (INTEGER.test(text)) return { value: parseInteger(text.replace(/_/g, '')), isFloat: false };
  if (SEXAGESIMAL.test(text)) return { value: parseSexagesimal(text.replace(/_/g, '')), isFloat: false };
  if (SEXAGESIMAL_FLOAT.test(text)) return { value: parseSexagesimal(text.replace(/_/g, '')), isFloat: true };
  if (FLOAT.test(text)) return { value: Number(text.replace(/_/g, '')), isFloat: true };
  const infinity = INFINITY.exec(text);
  if (infinity) return { value: infinity[1] === '-' ? -Infinity : Infinity, isFloat: true };
  if (NOT_A_NUMBER.test(text)) return { value: Number.NaN, isFloat: true };
  return { value: text, isFloat: false };
}

/** Beyond what a double holds exactly the digits are kept as text, which is how they are sent anyway. */
function parseInteger(text: string): number | string {
  const digits = text.replace(/^[-+]/, '');
  const exact = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
  const value = text.startsWith('-') ? -exact : exact;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** Summed from the right, as PyYAML does, since that decides the last digit of a float. */
function parseSexagesimal(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = text.replace(/^[-+]/, '').split(':').reverse();
  return sign * parts.reduce((sum, part, i) => sum + Number(part) * 60 ** i, 0);
}

/**
 * Python's `str()` of a value, which is how literals reach Azure ML: `True`, `0.01`, `1.0`, `1e-05`, `1e+16`, `inf`.
 * @param isFloat the number was written as a float
 */
export function pythonText(value: ScalarValue, isFloat: boolean): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (!isFloat) return BigInt(value).toString();
  return pythonFloat(value);
}

/** Python's `repr` of a float: the shortest digits that round-trip, scientific below 1e-4 and from 1e16 on. */
function pythonFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain =
    exponent < 0 ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, '').length - 1 - exponent)) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Python's `json.dumps` of plain values: blanks after commas and colons, nothing but ASCII. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, item]) => `${pythonJson(name)}: ${pythonJson(item)}`)
      .join(', ')}}`;
  return JSON.stringify(value ?? null).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
