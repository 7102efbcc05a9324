/** Starts Azure DevOps without the rest of the sandbox and runs pipelines against it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunOptions, type RunResult, runPipeline } from '../agent/run.ts';
import type { StepResult } from '../agent/steps/run-step.ts';
import type { DevOps, ServiceConnection, Tokens } from '../contracts.ts';
import { createDevOps } from '../devops/devops.ts';
import { createTokens } from '../identity/tokens.ts';
import { prepareTls } from '../tls.ts';
import { writeFiles } from './files.ts';

export const connections: ServiceConnection[] = (['ServicePrincipal', 'WorkloadIdentityFederation'] as const).map(
  (scheme, index) => ({
    id: `5ab0c1de-0000-4000-8000-00000000e00${index + 1}`,
    name: index === 0 ? 'sandbox' : 'sandbox-wif',
    type: 'azurerm',
    url: 'https://127.0.0.1:1/',
    scheme,
    parameters: {
      tenantid: '5ab0c1de-0000-4000-8000-0000000000aa',
      serviceprincipalid: `app-id-${scheme}`,
      ...(index === 0 ? { authenticationType: 'spnKey', serviceprincipalkey: 'connection-key-value' } : {}),
    },
    data: { subscriptionId: '5ab0c1de-0000-4000-8000-000000000001', environment: 'SandboxCloud' },
  }),
);

export type FixtureRun = RunResult & { lines: string[] };

export interface AgentFixture {
  devops: DevOps;
  tokens: Tokens;
  caFile: string;
  ca: string;
  folder: string;
  /** Writes the YAML into a folder of its own and runs it. */
  run(yaml: string, options?: Partial<RunOptions>, files?: Record<string, string>): Promise<FixtureRun>;
  /** A folder of its own with these files. */
  folderWith(files: Record<string, string>): string;
  stop(): Promise<void>;
}

export const fixtureTasks = fileURLToPath(new URL('./fixtures/tasks', import.meta.url));

export async function startAgentFixture(): Promise<AgentFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-test-'));
  const tls = await prepareTls(join(folder, 'tls'));
  const tokens = await createTokens(join(folder, 'identity'), '5ab0c1de-0000-4000-8000-0000000000aa');
  const folderWith = (files: Record<string, string>): string => {
    const sources = mkdtempSync(join(folder, 'sources-'));
    writeFiles(sources, files);
    return sources;
  };
  const devops = await createDevOps({ tokens, connections, dataFolder: join(folder, 'devops'), tls, log: () => {} });
  return {
    devops,
    tokens,
    caFile: tls.caFile,
    ca: tls.ca,
    folder,
    folderWith,
    async run(yaml, options = {}, files = {}) {
      const file = join(folderWith({ 'azure-pipelines.yml': yaml, ...files }), 'azure-pipelines.yml');
      const lines: string[] = [];
      const result = await runPipeline({
        file,
        tasksFolder: fixtureTasks,
        sandbox: { devops, connections, clientEnvironment: { NODE_EXTRA_CA_CERTS: tls.caFile } },
        workFolder: mkdtempSync(join(folder, 'work-')),
        write: (line) => lines.push(line),
        ...options,
      });
      return { ...result, lines };
    },
    async stop() {
      await devops.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const resultsOf = ({ stages }: RunResult): Record<string, string> =>
  Object.fromEntries(stages.map(({ name, result }) => [name, result]));

export const warningsOf = ({ lines }: FixtureRun): string[] => lines.filter((line) => line.startsWith('##[warning]'));

/** The step of that `name:` in any job. */
export function stepOf(result: RunResult, name: string): StepResult {
  const step = result.stages
    .flatMap(({ jobs }) => jobs)
    .flatMap(({ steps }) => steps)
    .find((each) => each.name === name);
  if (!step) throw new Error(`No step ${name}.`);
  return step;
}

/** A job of one Say step that prints these lines. */
export const say = (lines: string, more = ''): string => `steps:
- checkout: none
- task: Say@1
  name: s
${more}
  inputs:
    lines: |
${lines.replace(/^/gm, '      ')}
`;

/** A fixture for the tests of one `describe`: the object is filled before them and stopped after them. */
export function useAgentFixture(): AgentFixture {
  const fixture = {} as AgentFixture;
  before(async () => {
    Object.assign(fixture, await startAgentFixture());
  });
  after(() => fixture.stop());
  return fixture;
}
