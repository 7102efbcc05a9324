import type { HttpMethods } from '@azure/core-rest-pipeline';
import type { Retry } from './retries.ts';

/** Who a request is for, which decides its token: Azure Resource Manager, the Azure ML data plane, or nobody (a SAS URL). */
export type Audience = 'arm' | 'ml' | 'none';

export interface AzureRequest {
  method: HttpMethods;
  url: string;
  audience: Audience;
  /** Sent as JSON, byte for byte what `JSON.stringify` makes of it. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** No further try begins after it; an answer under way is waited for. */
  lastTry?: AbortSignal | undefined;
  /** How much patience passing failures meet; `patient` when it is not said. */
  retry?: Retry | undefined;
  /**
   * Whether it may be sent again after its bytes may have reached the service. POST: only when this says so, since most of
   * them start work that costs money; every other method: always.
   */
  repeatable?: boolean | undefined;
  /** Where the address comes from, for messages: `the scoringUri of the endpoint 'e'`. */
  from?: string | undefined;
  /** A success without a body is what is wanted, or one of several possible answers. GET only; others may always be empty. */
  mayBeEmpty?: boolean | undefined;
  /** A success need not be JSON; its text is wanted. */
  asText?: boolean | undefined;
  /** The user allows plain HTTP for this address, with the key of what is behind it. Never with a token of the connection. */
  plainHttp?: boolean | undefined;
}
