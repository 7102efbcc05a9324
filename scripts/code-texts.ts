/**
 * What texts an expression of TypeScript can have, found without running it: literals, templates, conditions, constants,
 * messages with named places, and calls of functions in the same file. What is only known at run time is `…`.
 */
import type {
  AnyNode,
  CallExpression,
  ConditionalExpression,
  Expression,
  Function as FunctionNode,
  Identifier,
} from 'acorn';

/** A function, or the file itself, around an expression. */
export interface Frame {
  /** Undefined for functions without a name. */
  name?: string;
  /** Undefined for parameters that are taken apart. */
  parameters: (string | undefined)[];
  constants: Map<string, Expression>;
  functions: Map<string, FunctionNode>;
  /** Texts of parameters, when it is known how the function is called. */
  values: Map<string, string[]>;
}

export interface Scope {
  /** From the file inwards. */
  frames: readonly Frame[];
  /** Texts of `messages.X`. */
  messages: Readonly<Record<string, string>>;
  /** Conditions whose outcome is given, by the name of what they test. */
  given?: Readonly<Record<string, boolean>>;
}

/** What is only known at run time. */
export const ELLIPSIS = '…';
const UNKNOWN = [ELLIPSIS];
/** More than these are a list of their own. */
const MOST = 8;

export function textsOf(node: AnyNode | null | undefined, scope: Scope): string[] {
  switch (node?.type) {
    case 'Literal':
      return [String(node.value)];
    case 'TemplateLiteral':
      return node.quasis.reduce(
        (texts, { value }, index) => product(texts, [value.cooked ?? ''], textsOf(node.expressions[index], scope)),
        [''],
      );
    case 'ConditionalExpression':
      return union(...branchesOf(node, scope).map((branch) => textsOf(branch, scope)));
    case 'BinaryExpression':
      return node.operator === '+' ? product(textsOf(node.left, scope), textsOf(node.right, scope)) : UNKNOWN;
    case 'MemberExpression':
      return node.property.type === 'Identifier' && isNamed(node.object, 'messages')
        ? [(scope.messages[node.property.name] ?? ELLIPSIS).replace(/\{\w+\}/g, ELLIPSIS)]
        : UNKNOWN;
    case 'Identifier':
      return ofName(node, scope);
    case 'CallExpression':
      return ofCall(node, scope);
    case undefined:
      return [''];
    default:
      return UNKNOWN;
  }
}

function branchesOf({ test, consequent, alternate }: ConditionalExpression, { given = {} }: Scope): Expression[] {
  const outcome = test.type === 'Identifier' ? given[test.name] : undefined;
  if (outcome === undefined) return [consequent, alternate];
  return [outcome ? consequent : alternate];
}

function ofName({ name }: Identifier, scope: Scope): string[] {
  if (name === 'undefined') return [];
  const { frames } = scope;
  for (let depth = frames.length - 1; depth >= 0; depth--) {
    const { values, constants, parameters } = frames[depth]!;
    const bound = values.get(name);
    if (bound) return bound;
    if (parameters.includes(name)) return UNKNOWN;
    const constant = constants.get(name);
    if (constant) return textsOf(constant, { ...scope, frames: frames.slice(0, depth + 1) });
  }
  return UNKNOWN;
}

function ofCall({ callee, arguments: given }: CallExpression, scope: Scope): string[] {
  if (callee.type !== 'Identifier') return UNKNOWN;
  const texts = (index: number): string[] => textsOf(given[index], scope);
  if (callee.name === 'fill') return texts(0);
  // The sentences of lib/core/words.ts, without what only the service knows.
  if (callee.name === 'notFound') return product(['There is no '], texts(0), [` '${ELLIPSIS}' `], texts(2), ['.']);
  const [file] = scope.frames;
  const called = file!.functions.get(callee.name);
  const returned = called && returnedBy(called);
  if (!called || !returned) return UNKNOWN;
  const values = new Map(
    called.params.flatMap((parameter, index) =>
      parameter.type === 'Identifier' ? [[parameter.name, texts(index)] as const] : [],
    ),
  );
  const frame: Frame = { parameters: [], constants: new Map(), functions: new Map(), values };
  return textsOf(returned, { ...scope, frames: [file!, frame] });
}

/** The expression that a function gives when it has one end. */
function returnedBy({ body }: FunctionNode): Expression | undefined {
  if (body.type !== 'BlockStatement') return body;
  const last = body.body.at(-1);
  const isStraight = body.body.slice(0, -1).every(({ type }) => type === 'VariableDeclaration');
  return isStraight && last?.type === 'ReturnStatement' ? (last.argument ?? undefined) : undefined;
}

function isNamed(node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function union(...all: string[][]): string[] {
  return [...new Set(all.flat())];
}

/** Every text of the first followed by every text of the next, and so on. */
function product(...parts: string[][]): string[] {
  const all = parts.reduce((texts, part) => texts.flatMap((text) => part.map((next) => text + next)));
  return all.length > MOST ? UNKNOWN : union(all);
}
