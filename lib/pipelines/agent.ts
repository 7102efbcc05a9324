import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as tl from 'azure-pipelines-task-lib/task.js';
import type { AzureConnection } from '../azure/connection.ts';
import type { NetworkSettings } from '../azure/network.ts';
import { messageOf, type Problem, UserError } from '../core/errors.ts';
import { type FilledMessage, fill, fillText } from '../core/message.ts';
import { neutral } from '../core/neutral.ts';
import { textTable } from '../core/table.ts';
import { keptJson } from './kept-json.ts';
import { messages } from './messages.ts';
import type { LineFile, Outcome, Pipeline, TaskInputs } from './pipeline.ts';

/** The library's filter breaks the marker of logging commands, but not that of `##[error]`, on any line of the text. */
const print = (text: string): void => tl.writeExternalOutput(`${neutral(text)}\n`, { source: 'remote' });

/** The agent's side of the inputs (`INPUT_*`, `ENDPOINT_*`), read with Microsoft's task library. */
export function agentInputs(): TaskInputs {
  return {
    text: (name) => tl.getInput(name, false)?.trim() || undefined,
    variable: (name) => tl.getVariable(name),
    path: (name) => (tl.filePathSupplied(name) ? tl.getPathInput(name, false, false) : undefined),
    find: (patterns) =>
      tl
        .findMatch(tl.getVariable('System.DefaultWorkingDirectory') ?? process.cwd(), [...patterns])
        .filter((found) => tl.stats(found).isFile()),
    systemAccessToken: () => tl.getEndpointAuthorizationParameter('SYSTEMVSSCONNECTION', 'AccessToken', true) ?? '',
    connection(name) {
      const id = tl.getInput(name, false);
      if (!id) throw noConnection(`The input azureSubscription is empty`);
      const url = tl.getEndpointUrl(id, true);
      const authorization = tl.getEndpointAuthorization(id, true);
      if (!url || !authorization)
        throw noConnection(`There is no service connection '${id}', or this pipeline may not use it`);
      const data = JSON.parse(process.env[`ENDPOINT_DATA_${id}`] ?? '{}') as Record<string, string>;
      return {
        id,
        url,
        scheme: authorization.scheme,
        parameters: lowerKeys(authorization.parameters),
        data: lowerKeys(data),
      } satisfies AzureConnection;
    },
  };
}

/**
 * How the agent itself reaches the outside: the variables that it sets from its proxy and certificate settings
 * (`config.sh --proxyurl --sslcacert --sslskipcertvalidation`, `.proxybypass`).
 */
export function agentNetwork(): NetworkSettings {
  const url = tl.getVariable('Agent.ProxyUrl');
  return {
    ...(url
      ? {
          proxy: {
            url,
            username: tl.getVariable('Agent.ProxyUsername'),
            password: tl.getVariable('Agent.ProxyPassword'),
            bypass: listOf(tl.getVariable('Agent.ProxyBypassList')),
          },
        }
      : {}),
    caFile: tl.getVariable('Agent.CAInfo'),
    skipCertificateValidation: tl.getVariable('Agent.SkipCertValidation')?.toLowerCase() === 'true',
  };
}

/** A JSON array of texts; empty when it is something else. */
function listOf(json: string | undefined): string[] {
  try {
    const list: unknown = JSON.parse(json || '[]');
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** A message in the agent's language. Its places are filled here, by name, so that a translation may reorder them. */
function translate({ message, values }: FilledMessage): string {
  return fillText(tl.loc(message.key), values);
}

function noConnection(what: string): UserError {
  return new UserError({
    code: 'ConnectionNotFound',
    message: `${what}.`,
    fix: 'Name an Azure Resource Manager service connection of this project that this pipeline may use.',
  });
}

function lowerKeys(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The agent's side of everything that a task says, and of how it ends. */
export interface AgentPipeline extends Pipeline {
  /**
   * Reports how the task ended. Written as a command, since the library's `setResult` would add an error issue of its own,
   * and its word `Cancelled` is none that the agent knows. The agent does not mask the message, so it is done here.
   */
  finish(result: Outcome['result'] | 'Canceled', message: string): void;
  /** An error issue of the step; its place makes it clickable. */
  logError(problem: Problem, code: string): void;
}

/** @param folder of the task, where task.json is */
export function agentPipeline(folder: string, signal: AbortSignal): AgentPipeline {
  tl.setResourcePath(join(folder, 'task.json'));
  // The agent masks its log but not files, so secrets are taken out of them here.
  const secrets = new Set(tl.getVariables().flatMap(({ secret, value }) => (secret && value ? encodings(value) : [])));
  const save = (name: string, content: string | Buffer): string => {
    const parent = join(
      tl.getVariable('Agent.TempDirectory') ?? '.',
      'model-bridge',
      tl.getVariable('System.TaskInstanceId') ?? '',
    );
    mkdirSync(parent, { recursive: true });
    const path = join(parent, basename(name));
    writeFileSync(path, typeof content === 'string' ? redact(content, secrets) : content);
    return path;
  };
  return {
    signal,
    message: (message, ...values) => translate(fill(message, ...values)),
    translate,
    say: (message, ...values) => print(translate(fill(message, ...values))),
    info: print,
    table: (table) => {
      for (const line of textTable(table)) print(line);
    },
    warn: (message, place) =>
      tl.logIssue(tl.IssueType.Warning, neutral(message), place?.file, place?.line, place?.column),
    debug: (line) => tl.debugExternalOutput(line, { source: 'remote' }),
    group: (title, lines) => {
      console.log(`##[group]${neutral(title)}`);
      for (const line of lines) print(line);
      console.log('##[endgroup]');
    },
    record: ({ id, parent, name, state, result, doing }) =>
      tl.command(
        'task.logdetail',
        {
          id,
          name: neutral(name),
          type: 'Task',
          state,
          ...(parent ? { parentid: parent } : {}),
          ...(result ? { result } : {}),
        },
        neutral(doing),
      ),
    file: (name) => lineFile(save(name, ''), secrets),
    progress: (percent, doing) => tl.setProgress(Math.round(percent), neutral(doing)),
    setOutput: onlyOnce(tl.getVariable('Agent.TempDirectory'), tl.getVariable('System.TaskInstanceId') ?? ''),
    attach(name, content) {
      const path = save(name, content);
      tl.uploadFile(path);
      return path;
    },
    summary(name, markdown) {
      try {
        tl.uploadSummary(save(name, markdown));
      } catch (error) {
        // A full disk of the agent: what the page would have said is in the log, and the work is done.
        const warning = translate(fill(messages.SummaryNotKept, { reason: messageOf(error) }));
        tl.logIssue(tl.IssueType.Warning, neutral(warning));
      }
    },
    mask: (secret) => {
      for (const form of encodings(secret)) {
        if (secrets.has(form)) continue;
        secrets.add(form);
        // The library refuses secrets of several lines.
        if (!/[\r\n]/.test(form)) tl.setSecret(form);
      }
    },
    hasSecret: (text) => redact(text, secrets) !== text,
    finish: (result, message) =>
      tl.command('task.complete', { result, done: 'true' }, neutral(redact(message, secrets))),
    logError: ({ message, place }, code) =>
      tl.logIssue(tl.IssueType.Error, neutral(redact(message, secrets)), place?.file, place?.line, place?.column, code),
  };
}

/**
 * Sets output variables, each value once: the agent keeps outputs read-only and warns when one is set again, also by a step
 * that it tries again in a new process.
 * @param folder that outlives the process
 */
function onlyOnce(folder: string | undefined, stepId: string): Pipeline['setOutput'] {
  const kept = keptJson<[string, string][]>(folder, `outputs-${basename(stepId)}`);
  const known = new Map(kept.read());
  return (name, value, { secret } = { secret: false }) => {
    // A secret is not written into a file.
    if (secret) return tl.setVariable(name, value, true, true);
    if (known.get(name) === value) return;
    tl.setVariable(name, value, false, true);
    known.set(name, value);
    kept.write([...known]);
  };
}

/** Lines are collected before they are written: a file may have millions of them. */
const WRITE_BYTES = 1_000_000;

function lineFile(path: string, secrets: Iterable<string>): LineFile {
  let lines: string[] = [];
  let size = 0;
  const flush = (): void => {
    if (lines.length > 0) appendFileSync(path, redact(`${lines.join('\n')}\n`, secrets));
    lines = [];
    size = 0;
  };
  return {
    write(line) {
      lines.push(line);
      size += line.length + 1;
      if (size > WRITE_BYTES) flush();
    },
    close() {
      flush();
      tl.uploadFile(path);
      return path;
    },
  };
}

/** Content without the secrets that are known. */
export function redact(content: string, secrets: Iterable<string>): string {
  // Longest first: a secret may be part of another.
  const all = [...secrets].filter((secret) => secret.length > 2).sort((a, b) => b.length - a.length);
  return all.reduce((text, secret) => text.replaceAll(secret, '***'), content);
}

/** A secret and the forms in which it may turn up in a log. */
export function encodings(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret);
  // Signatures come in lower-case percent encoding too: `%2b` for `%2B`.
  const inLowerCase = inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const inBase64 = Buffer.from(secret).toString('base64');
  return [...new Set([secret, inJson, inBase64, inUrl, inLowerCase])].filter((form) => form.trim() !== '');
}

/** A line of the log in the colour of errors, which is not an issue of the step. */
export function printError(line: string): void {
  console.log(`##[error]${neutral(line)}`);
}

/** Address of the page of the task that runs, as its task.json has it. @param folder of the task */
export function taskPage(folder: string): string | undefined {
  const { helpUrl } = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as { helpUrl?: string };
  return helpUrl;
}
