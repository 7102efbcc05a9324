/** What the stories share: a job that ends in time, a job file. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Behaviour, type FakeAzure, startFakeAzure } from './fake-azure.ts';
import type { FakeJob } from './fake-service.ts';
import * as requests from './requests.ts';

export const STD_LOG = 'user_logs/std_log.txt';

/** Inputs that follow the job `train` as quickly as the task allows. */
export const FOLLOW = { jobName: 'train', pollInterval: '0.5' };

/** Inputs that submit a job and follow it. */
export const SUBMIT_AND_FOLLOW = { wait: 'true', pollInterval: '0.5' };

/**
 * Starts a fake Azure ML before each test of a `describe` and stops it after.
 * @param prepare what every test finds there
 * @returns the one of the current test
 */
export function fakeAzurePerTest(prepare: (azure: FakeAzure) => void = () => undefined): () => FakeAzure {
  let azure: FakeAzure;
  beforeEach(async () => {
    azure = await startFakeAzure();
    prepare(azure);
  });
  afterEach(() => azure.stop());
  return () => azure;
}

/** Adds the job `train`, which changes when its details have been read so many times. */
export function addRunningJob(
  azure: FakeAzure,
  { reads = 3, status = 'Completed', change = () => undefined, jobType = 'Command' }: RunningJob = {},
): FakeJob {
  const job = azure.addJob('train', 'Running', { jobType });
  let read = 0;
  azure.on(requests.DETAILS, (_request, usual) => {
    if (++read === reads) {
      setStatus(job, status);
      change(job);
    }
    return usual();
  });
  return job;
}

export interface RunningJob {
  reads?: number;
  status?: string;
  change?: (job: FakeJob) => void;
  /** Only jobs of other types than `Command` have steps. */
  jobType?: string;
}

export function setStatus(job: FakeJob, status: string): void {
  job.status = status;
  job.properties.status = status;
}

/** Every job that is submitted completes at its second read. */
export function completesSubmittedJobs(azure: FakeAzure): void {
  let read = 0;
  azure.on(requests.DETAILS, (_request, usual) => {
    if (++read >= 2) for (const job of azure.jobs.values()) setStatus(job, 'Completed');
    return usual();
  });
}

/** A folder of sources with a job file in it. */
export function jobFolder(yaml = ''): { sources: string; jobFile: string } {
  const sources = mkdtempSync(join(tmpdir(), 'sources-'));
  const jobFile = join(sources, 'job.yml');
  writeFileSync(jobFile, `type: command\ncommand: x\nenvironment: azureml:e:1\ncompute: azureml:c\n${yaml}`);
  return { sources, jobFile };
}

/** Different behaviours in turn; the last one stays. */
export function inTurn(...behaviours: Behaviour[]): Behaviour {
  let turn = 0;
  return (...exchange) => behaviours[Math.min(turn++, behaviours.length - 1)]!(...exchange);
}

export const asUsual: Behaviour = (_request, usual) => usual();
