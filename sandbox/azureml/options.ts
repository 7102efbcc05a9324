/** How the Azure ML part is started. */
import type { RecordedRequest, WorkspaceSettings } from '../contracts.ts';
import type { FaultInjection } from '../faults.ts';
import type { SigningTokens } from '../identity/tokens.ts';
import type { TlsFiles } from '../tls.ts';

/** What the part is started with. */
export interface AzureMlOptions {
  /** Of the first workspace. */
  settings: WorkspaceSettings;
  tokens: SigningTokens;
  tls: TlsFiles;
  identityUrl: string;
  faults: FaultInjection;
  requests: RecordedRequest[];
  /** Working files; resources and blobs are kept there only with `persistent`. */
  dataFolder: string;
  persistent: boolean;
  ports: { azureml?: number; blobs?: number; scoring?: number };
  clientEnvironment: Record<string, string>;
  /** Jobs are stored and never started. */
  holdJobs: boolean;
  /** Datastores have no stored credentials: storage is opened with the identity of whoever asks. */
  identityBased: boolean;
  /** Takes what must be stopped, as soon as it runs: a start that fails later leaves nothing behind. */
  onStop(stop: () => Promise<void> | void): void;
  log(line: string): void;
}
