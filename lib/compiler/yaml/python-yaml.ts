import { Composer, CST, type Document, Lexer, type LineCounter, Parser, parseDocument, YAMLParseError } from 'yaml';

const MOST_ERRORS = 50;
/** Lexemes without text. */
const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);
/** Words and marks of a file: what they become takes a thousand times their memory, so a megabyte of commas is too much. */
const MOST_LEXEMES = 400_000;

/**
 * Text that would take too much to read. The composer descends by recursion, and a stack that runs out can take the
 * process down.
 */
export class YamlTooLarge extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Parses YAML text into one document, taking what PyYAML takes. Every scalar is read as text: what plain scalars mean is
 * decided by `resolvePlainScalar`.
 * @throws YamlTooLarge
 */
export function parseAsPython(text: string, lines: LineCounter, deepest: number): Document.Parsed {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: false, // whoever reads the document looks for them: the composer's own search takes quadratic time
  });
  lines.addNewLine(0);
  function* tokens() {
    let wrong = 0;
    for (const lexeme of boundedLexemes(text, deepest))
      for (const token of parser.next(lexeme)) {
        yield checkDepth(token, deepest);
        // Text that is not YAML at all can have an error in every place; some of them are enough.
        if (token.type === 'error' && ++wrong > MOST_ERRORS) return;
      }
    for (const token of parser.end()) yield checkDepth(token, deepest);
  }
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens(), true, text.length)) {
    if (first) {
      const [from, to] = document.range;
      first.errors.push(
        new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'a second document begins here, but only one is allowed'),
      );
      break;
    }
    first = document as Document.Parsed;
  }
  return first as Document.Parsed; // forced by `compose(…, true)`
}

/** The text's lexemes, as long as they are not too many and open not too many collections on a line or in brackets. */
function* boundedLexemes(text: string, deepest: number): Generator<string> {
  let brackets = 0;
  let onLine = 0;
  let offset = 0;
  let count = 0;
  for (const lexeme of lenientLexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') brackets++;
    else if (lexeme === ']' || lexeme === '}') brackets--;
    else if (lexeme === '-' || lexeme === '?') onLine++;
    else if (lexeme.endsWith('\n')) onLine = 0;
    if (brackets > deepest || onLine > deepest) throw tooDeep(offset, deepest);
    if (++count > MOST_LEXEMES) throw new YamlTooLarge(offset, `more than ${MOST_LEXEMES} words and marks`);
    yield lexeme;
    if (!MARKS.has(lexeme)) offset += lexeme.length;
  }
}

function tooDeep(offset: number, deepest: number): YamlTooLarge {
  return new YamlTooLarge(offset, `more than ${deepest} levels`);
}

/** Measures how deep a token's collections go, without recursion. */
function checkDepth(token: CST.Token, deepest: number): CST.Token {
  const open: [CST.Token, number][] = [[token, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [{ offset, ...one }, depth] = next;
    if (depth > deepest) throw tooDeep(offset, deepest);
    if ('value' in one && typeof one.value === 'object' && one.value) open.push([one.value, depth]);
    if ('items' in one)
      for (const { key, value } of one.items as CST.CollectionItem[]) {
        if (key) open.push([key, depth + 1]);
        if (value) open.push([value, depth + 1]);
      }
  }
  return token;
}

/**
 * YAML wants the further lines of a quoted scalar, and those of brackets and braces, indented more than their parent;
 * PyYAML takes any indentation, and real files (prompts with `\n\` at the ends of lines, pasted JSON) rely on that. The
 * lexer keeps the required indentation in a field.
 */
function lenientLexer(): Lexer {
  type Method = () => Generator<string, unknown>;
  const lexer = new Lexer();
  const inside = lexer as unknown as { indentNext: number; parseQuotedScalar: Method; parseFlowCollection: Method };
  const anyIndent = (strict: Method): Method =>
    function* () {
      const indent = inside.indentNext;
      inside.indentNext = 0;
      const next = yield* strict.call(lexer);
      inside.indentNext = indent;
      return next;
    };
  inside.parseQuotedScalar = anyIndent(inside.parseQuotedScalar);
  inside.parseFlowCollection = anyIndent(inside.parseFlowCollection);
  return lexer;
}

/**
 * The value of a double-quoted scalar whose source has an escaped line break before blank lines; undefined for any other.
 * Each of those blank lines is a line feed (YAML 1.2, 7.3.1), of which the composer drops one.
 */
export function valueWithEscapedBreaks(source: string): string | undefined {
  let found = false;
  const repaired = source.replace(/\\(?:\r?\n((?:[ \t]*\r?\n)+)|[\s\S])/g, (whole, blank: string | undefined) => {
    if (blank === undefined) return whole;
    found = true;
    return `${'\\n'.repeat(blank.split('\n').length - 1)}\\\n`;
  });
  return found ? String(parseDocument(repaired, { schema: 'failsafe' }).toJS()) : undefined;
}
