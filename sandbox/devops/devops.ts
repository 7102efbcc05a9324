/** Azure DevOps: not there yet. */
import type { DevOps, ServiceConnection, Tokens } from '../contracts.ts';

/** What the Azure DevOps part is started with. */
export interface DevOpsOptions {
  tokens: Tokens;
  connections: ServiceConnection[];
  dataFolder: string;
  /** PEM texts for `startServer`. */
  tls: { cert: string; key: string };
  /** Wished port. */
  port?: number | undefined;
  log(line: string): void;
}

/** Starts the Azure DevOps part. */
export async function createDevOps(_options: DevOpsOptions): Promise<DevOps & { stop(): Promise<void> }> {
  return {
    collectionUrl: 'https://127.0.0.1:1/sandbox/',
    organization: 'sandbox',
    project: { id: '5ab0c1de-0000-4000-8000-00000000f001', name: 'mlops' },
    createRun() {
      throw new Error('Not implemented');
    },
    stop: async () => {},
  };
}
