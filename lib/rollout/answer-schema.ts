import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Judges an answer by a JSON schema. @returns what is wrong with it, at most five things */
export type AnswerSchema = (answer: unknown) => string[];

/**
 * Compiles a JSON schema of draft-07, which is what one without `$schema` is, or of draft 2020-12.
 * @throws Error that says why it is not one
 */
export function answerSchema(written: object): AnswerSchema {
  const { $schema, ...schema } = written as Record<string, unknown>;
  // The answer of such a one is a promise, which would always pass.
  if (schema.$async !== undefined) throw new Error("'$async' is not supported");
  const options = { allErrors: true, strict: false, logger: false } as const;
  const validate = (isDraft2020($schema) ? new Ajv2020(options) : new Ajv(options)).compile(schema);
  return (answer) =>
    validate(answer)
      ? []
      : (validate.errors ?? [])
          .slice(0, 5)
          .map(({ instancePath, message = '' }) => `$${instancePath.replaceAll('/', '.')} ${message}`);
}

function isDraft2020($schema: unknown): boolean {
  if ($schema === undefined || /\/draft-07\/schema#?$/.test(String($schema))) return false;
  if (/\/draft\/2020-12\/schema#?$/.test(String($schema))) return true;
  throw new Error(`its $schema is '${String($schema)}'; allowed are draft-07 and 2020-12`);
}
