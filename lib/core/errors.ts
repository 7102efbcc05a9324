/** A place in a file, 1-based. */
export interface Place {
  file: string;
  line: number;
  column: number;
  /** The override that has put the value there: `inputs.lr=x`. */
  override?: string;
}

/** One thing that is wrong with a user's input. */
export interface Problem {
  /** One sentence: which field, what was found, what is allowed. */
  message: string;
  place?: Place;
}

export interface UserErrorDetails {
  /** Stable name for the documentation and for scripts: `FileNotFound`. */
  code: string;
  /** One sentence: what is wrong. */
  message: string;
  /** One sentence: what to do about it. */
  fix?: string;
  /** Page below the documentation root that explains more. */
  docs?: string;
  /** All findings, when there are several or when they have a place. */
  problems?: Problem[];
}

/**
 * Something that the person who wrote the pipeline can fix. Everything else that is thrown is a bug of ours and is
 * reported with its stack (see `runTask`).
 */
export class UserError extends Error {
  readonly code: string;
  readonly fix: string | undefined;
  readonly docs: string | undefined;
  readonly problems: Problem[];

  constructor({ code, message, fix, docs, problems = [] }: UserErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
    this.fix = fix;
    this.docs = docs;
    this.problems = problems;
  }
}

/** `jobs/train.yml:12:5` */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** `jobs/train.yml:12:5: unknown field 'imputs'`; without a place just the message. */
export function formatProblem({ message, place }: Problem): string {
  return place ? `${formatPlace(place)}: ${message}` : message;
}

/** Each problem once: the problems of a file that is used twice are reported once. */
export function distinctProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
