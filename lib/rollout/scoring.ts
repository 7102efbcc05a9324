import { AzureError } from '../azure/failures.ts';
import { endpointCredential } from '../azureml/online-actions.ts';
import type { OnlineEndpoint } from '../azureml/online-endpoints.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { renewingSecret } from './scoring-secret.ts';

/** One request to a deployment and what came of it. */
export interface Scored {
  /** 0 when there was no answer. */
  status: number;
  milliseconds: number;
  /** The answer as JSON, or as text when it is not JSON. */
  answer: unknown;
  /** Why there was no answer, or what the service says about an error. */
  problem: string;
}

/** Sends requests to the deployments of one endpoint. */
export interface Scorer {
  /** @param body JSON */
  score(deployment: string, body: unknown): Promise<Scored>;
}

export interface ScorerPorts {
  clock: Clock;
  signal: AbortSignal;
  /** Hears the key or token, so that it can be masked. */
  onSecret: (secret: string) => void;
  /** See `scoringAddress`. */
  allowHttp: boolean;
}

/**
 * Opens the way to an endpoint: its address, and what signs requests. The header `azureml-model-deployment` reaches a
 * deployment whatever its share of the traffic is. A request whose key or token is refused is sent once more with a new one.
 * @throws UserError `EndpointNotReady`
 */
export async function openScorer(
  workspace: Workspace,
  endpoint: OnlineEndpoint,
  ports: ScorerPorts,
  read = () => endpointCredential(workspace, endpoint),
): Promise<Scorer> {
  const { clock, signal, allowHttp } = ports;
  const url = scoringAddress(endpoint, allowHttp);
  const secrets = await renewingSecret(read, ports);
  const send = async (deployment: string, body: unknown, secret: string | undefined): Promise<Scored> => {
    const began = clock.now();
    const headers: Record<string, string> = { 'azureml-model-deployment': deployment };
    if (secret) headers.Authorization = `Bearer ${secret}`;
    try {
      const { status, text } = await workspace.client.send<unknown>({
        method: 'POST',
        url,
        // Endpoints that take Entra ID tokens take those for Azure ML's data plane.
        audience: secret ? 'none' : 'ml',
        plainHttp: allowHttp && secret !== undefined,
        body,
        headers,
        signal,
        // Every answer counts, failures too.
        retry: 'none',
        asText: true,
        from: `the scoringUri of the endpoint '${endpoint.name}'`,
      });
      return { status, milliseconds: clock.now() - began, answer: jsonOrText(text), problem: '' };
    } catch (error) {
      signal.throwIfAborted();
      const status = error instanceof AzureError ? error.status : 0;
      return { status, milliseconds: clock.now() - began, answer: undefined, problem: messageOf(error) };
    }
  };
  return {
    async score(deployment, body) {
      const secret = await secrets.current();
      const scored = await send(deployment, body, secret);
      if (scored.status !== 401 || !secret) return scored;
      const another = await secrets.instead(secret);
      return another ? send(deployment, body, another) : scored;
    },
  };
}

/**
 * Where an endpoint takes requests.
 * @param allowHttp the user allows plain HTTP, which endpoints on Kubernetes without HTTPS have. Their key is sent over it then; a
 * token of the connection never is
 * @throws UserError `EndpointNotReady`
 */
export function scoringAddress({ name, properties }: OnlineEndpoint, allowHttp: boolean): string {
  const url = properties.scoringUri;
  if (!url)
    throw new UserError({
      code: 'EndpointNotReady',
      message: `The endpoint '${name}' has no address to send requests to.`,
      fix: 'Check its provisioning state in Azure ML studio, then run the stage again.',
    });
  if (/^https:/i.test(url)) return url;
  // Endpoints on Kubernetes have such addresses until HTTPS is set up.
  const isOwnKey = !/^aad/i.test(properties.authMode ?? '');
  if (allowHttp && isOwnKey && /^http:/i.test(url)) return url;
  throw new UserError({
    code: 'EndpointNotReady',
    message:
      allowHttp && !isOwnKey
        ? `The endpoint '${name}' takes requests at ${url} with tokens of Microsoft Entra ID, which are sent over HTTPS only.`
        : `The endpoint '${name}' takes requests at ${url}, but the task sends requests over HTTPS only.`,
    fix: `Set up HTTPS for the inference router of its Kubernetes cluster, ${isOwnKey ? 'set allowHttp to true, which sends its key unencrypted, ' : ''}or leave out smokeTests and goldenData.`,
  });
}

function jsonOrText(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    // Scoring scripts that return text, as those made with json.dumps do, are answered as JSON in a JSON text.
    return typeof value === 'string' && /^\s*[[{]/.test(value) ? jsonOrText(value) : value;
  } catch {
    return text;
  }
}
