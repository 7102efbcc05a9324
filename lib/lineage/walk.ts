import { AzureError, hasStatus, isPassing } from '../azure/failures.ts';
import { NoAnswerError } from '../azure/no-answer.ts';
import { openWorkspace, type Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { whyNot as whyNotOfDevOps } from '../devops/failures.ts';
import type { DevOps } from '../devops/open.ts';
import { isOwnHost } from '../devops/own-hosts.ts';
import { type Collector, collectLineage } from './lineage.ts';

/** What a trace reads from. */
export interface TracePorts {
  ws: Workspace;
  devops: DevOps;
}

/** A trace under way. */
export interface Walk extends TracePorts {
  trace: Collector;
  /** Models that jobs on the way have read, which the walk goes on with at its end. */
  readModels: ReadModel[];
  /** The deployments of the workspace, once they are read. */
  deployed?: Promise<Deployed[]>;
  /** The workspace of an ARM path, signed in as the first one; each is opened once. @throws what opening it throws */
  workspaceAt(path: string | undefined): Promise<Workspace>;
}

/** A deployment of the workspace, with what it says of itself. */
export interface Deployed {
  endpoint: string;
  name: string;
  /** Id of its model; empty when it does not name one. */
  model: string;
  tags: Readonly<Record<string, string>>;
}

/** A model that a job has read as an input, such as the one that it trained further. */
export interface ReadModel {
  name: string;
  version: string;
  registry?: string;
  workspace?: string;
  /** Id of the job's node. */
  from: string;
  input: string;
}

export function beginWalk({ ws, devops }: TracePorts): Walk {
  const opened = new Map([[ws.path.toLowerCase(), Promise.resolve(ws)]]);
  return {
    ws,
    devops,
    trace: collectLineage((error) => whyNot(error, devops.collectionUrl)),
    readModels: [],
    workspaceAt(path = ws.path) {
      const known = opened.get(path.toLowerCase()) ?? openAt(ws, path);
      opened.set(path.toLowerCase(), known);
      return known;
    },
  };
}

async function openAt({ client }: Workspace, path: string): Promise<Workspace> {
  const [, , subscriptionId = '', , resourceGroup = '', , , , workspaceName = ''] = path.split('/');
  return openWorkspace(client, { subscriptionId, resourceGroup, workspaceName });
}

/** Why something could not be read, in words that follow a colon. @throws the error when it is a defect, not an answer */
export function whyNot(error: unknown, collectionUrl: string): string {
  if (error instanceof UserError) return error.message.replace(/\.$/, '');
  if (error instanceof NoAnswerError) return error.message;
  if (!(error instanceof AzureError)) {
    if (isPassing(error)) return (error as Error).message;
    throw error;
  }
  if (isOwnHost(collectionUrl, error.target)) return whyNotOfDevOps(error);
  const said = error.serviceMessage.trim().split(/\r?\n/)[0];
  return hasStatus(error, 403)
    ? `the service connection may not read it (403): ${said}`
    : `Azure ML answered ${error.status}: ${said}`;
}
