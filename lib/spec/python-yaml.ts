import { Composer, type Document, Lexer, type LineCounter, Parser, YAMLParseError } from 'yaml';

/**
 * Parses YAML text into one document, taking what PyYAML takes. Every scalar is read as text: what plain scalars mean is
 * decided by `resolvePlainScalar`.
 */
export function parseAsPython(text: string, lines: LineCounter): Document.Parsed {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ schema: 'failsafe', lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  lines.addNewLine(0);
  function* tokens() {
    for (const lexeme of lenientLexer().lex(text)) yield* parser.next(lexeme);
    yield* parser.end();
  }
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens(), true, text.length)) {
    if (first) {
      const [from, to] = document.range;
      first.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'a second document begins here'));
      break;
    }
    first = document as Document.Parsed;
  }
  return first as Document.Parsed; // forced by `compose(…, true)`
}

/**
 * YAML wants the further lines of a quoted scalar indented more than its parent; PyYAML takes any indentation, and real
 * job files (prompts with `\n\` at the ends of lines) rely on that. The lexer keeps the required indentation in a field.
 */
function lenientLexer(): Lexer {
  const lexer = new Lexer();
  const inside = lexer as unknown as { indentNext: number; parseQuotedScalar(): Generator<string, unknown> };
  const strict = inside.parseQuotedScalar.bind(lexer);
  inside.parseQuotedScalar = function* () {
    const indent = inside.indentNext;
    inside.indentNext = 0;
    const next = yield* strict();
    inside.indentNext = indent;
    return next;
  };
  return lexer;
}
