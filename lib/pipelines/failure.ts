import { explainFailure } from '../azure/failures.ts';
import { formatProblem, messageOf, type Problem, type UserError } from '../core/errors.ts';
import { english, type FilledMessage, fill } from '../core/message.ts';
import { messages } from './messages.ts';
import { DOCS, pageOf } from './pages.ts';

/** What a failed task says, as data. */
export interface FailureReport {
  /** Lines of the log above the errors. */
  lines: string[];
  /** Error issues of the step; the place of each makes it clickable. */
  issues: Problem[];
  /** Last line of the log, when the issues alone don't say what to do. */
  summary: string | undefined;
  /** What the step's result says. */
  result: string;
  code: string;
}

/** Azure Pipelines keeps the first ten errors of a step. */
const MOST_ISSUES = 10;

/**
 * Turns anything that was thrown into what the task says. A `UserError` becomes one error issue per problem, each with its
 * own place; anything else is a defect of ours and comes with its stack.
 * @param taskPage address of the page of the task that runs
 * @param translate puts a message into the agent's language
 */
export function reportOf(
  error: unknown,
  taskPage: string | undefined,
  translate: (filled: FilledMessage) => string = english,
): FailureReport {
  const known = explainFailure(error);
  return known ? reportOfKnown(known, taskPage, translate) : reportOfDefect(error, translate);
}

function reportOfKnown(
  { said, problems, code }: UserError,
  taskPage: string | undefined,
  translate: (filled: FilledMessage) => string,
): FailureReport {
  const text = (part: string | FilledMessage | undefined): string | undefined =>
    part === undefined || typeof part === 'string' ? part : translate(part);
  const page = pageOf(code, taskPage);
  const end = [text(said.fix), page && translate(fill(messages.ReadMore, { page })), `[${code}]`];
  const message = text(said.message);
  if (problems.length < 2) {
    const [problem] = problems;
    const whole = paragraph([message, problem && formatProblem(problem), ...end]);
    return { lines: [], issues: [withPlace(whole, problem)], summary: undefined, result: whole, code };
  }
  const rest = problems.slice(MOST_ISSUES);
  const more = rest.length > 0 ? translate(fill(messages.MoreProblems, { count: rest.length })) : undefined;
  const summary = paragraph([message, more, ...end]);
  // The agent writes the place before the message.
  const issues = problems.slice(0, MOST_ISSUES).map((problem) => withPlace(problem.message, problem));
  return { lines: rest.map(formatProblem), issues, summary, result: summary, code };
}

function reportOfDefect(error: unknown, translate: (filled: FilledMessage) => string): FailureReport {
  const page = `${DOCS}/support.md`;
  const whole = translate(fill(messages.Defect, { error: messageOf(error), page }));
  const stack = (error as Error | undefined)?.stack ?? String(error);
  return { lines: [stack], issues: [{ message: whole }], summary: undefined, result: whole, code: 'Defect' };
}

function withPlace(message: string, problem: Problem | undefined): Problem {
  return problem?.place ? { message, place: problem.place } : { message };
}

function paragraph(parts: (string | undefined)[]): string {
  return parts.flatMap((part) => (part ? [sentence(part)] : [])).join(' ');
}

/** Text that ends as a sentence does; messages of services often don't. */
function sentence(text: string): string {
  return /[.!?\]^]$/.test(text.trimEnd()) ? text : `${text}.`;
}
