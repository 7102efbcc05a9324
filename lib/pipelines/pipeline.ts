import type { AzureConnection } from '../azure/connection.ts';
import type { Place } from '../core/errors.ts';
import type { FilledMessage, Message, ValuesFor } from '../core/message.ts';
import type { Table } from '../core/table.ts';

/** What a task reads: inputs, variables and service connections. */
export interface TaskInputs {
  /** An input's value; undefined when it is empty. */
  text(name: string): string | undefined;
  variable(name: string): string | undefined;
  /** The Azure Resource Manager connection that an input names. @throws UserError `ConnectionNotFound` */
  connection(name: string): AzureConnection;
  /** Absolute path of an input of type filePath; undefined when the user gave none. */
  path(name: string): string | undefined;
  /** Absolute paths of the files that patterns match, below the sources; a pattern that begins with `!` takes files out. */
  find(patterns: readonly string[]): string[];
  /** The job's own token: `AccessToken` of the connection `SYSTEMVSSCONNECTION`. */
  systemAccessToken(): string;
}

/** Azure Pipelines, as a task sees it. Everything that is printed is made harmless first: no text becomes a logging command. */
export interface Pipeline {
  /** Aborts when the run is cancelled or the step runs out of time. */
  readonly signal: AbortSignal;
  /** A message with its values, in the agent's language. */
  message<Text extends string>(message: Message<Text>, ...values: ValuesFor<Text>): string;
  /** The same for a message that was filled elsewhere: an error's, a report's. */
  translate(filled: FilledMessage): string;
  /** Prints a message. */
  say<Text extends string>(message: Message<Text>, ...values: ValuesFor<Text>): void;
  /** A line of the log. */
  info(line: string): void;
  table(table: Table): void;
  warn(message: string, place?: Place): void;
  debug(line: string): void;
  /** Lines that fold away under a title. */
  group(title: string, lines: readonly string[]): void;
  /** A row below the step on the run's page: a step of a job. */
  record(record: TimelineRecord): void;
  /** Progress of the step in percent, and what it is doing. */
  progress(percent: number, doing: string): void;
  /** An output variable of the step: `$(step.name)`, and for later jobs `dependencies`. */
  setOutput(name: string, value: string, options?: { secret: boolean }): void;
  /** Markdown for the run's summary page. @param name file name, unique in the step */
  summary(name: string, markdown: string): void;
  /** A file that stays with the run's logs. Secrets that are known are taken out of text. @returns the file's path */
  attach(name: string, content: string | Buffer): string;
  /** A file of lines that stays with the run's logs, for what is too long for the log itself. */
  file(name: string): LineFile;
  /** From now on the agent writes `***` for this value and its encodings. */
  mask(secret: string): void;
  /** True when a text has a secret in it: a secret variable of the run, or what was masked. */
  hasSecret(text: string): boolean;
}

/** A row below the step on the run's page. */
export interface TimelineRecord {
  /** GUID; the same for every state of the record. */
  id: string;
  /** Of a record that was shown before. */
  parent?: string | undefined;
  name: string;
  state: 'Pending' | 'InProgress' | 'Completed';
  result?: 'Succeeded' | 'SucceededWithIssues' | 'Failed' | 'Canceled' | 'Skipped' | undefined;
  /** What it is doing, in a few words. */
  doing: string;
}

/** Lines on their way into a file. Secrets that are known are taken out. */
export interface LineFile {
  write(line: string): void;
  /** Hands the file to the run. @returns the file's path */
  close(): string;
}

/** How a task ends when nothing was thrown. */
export interface Outcome {
  result: 'Succeeded' | 'SucceededWithIssues' | 'Failed' | 'Skipped';
  /** One sentence: the last line of the log and the step's result. */
  message: string;
}
