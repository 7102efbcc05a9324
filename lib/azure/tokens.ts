import type { AccessToken, TokenCredential } from '@azure/core-auth';
import type { HttpClient, PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '../core/clock.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { NoAnswerError, noAnswerOf } from './no-answer.ts';
import { explainSignIn, isTransientSignIn } from './sign-in-failures.ts';

/** Tokens of one connection, one per scope, renewed before they expire. */
export interface TokenSource {
  /**
   * @throws UserError `SignInFailed` when the sign-in is refused
   * @throws NoAnswerError when the sign-in service fails, does not answer or can't be reached
   */
  get(scope: string, signal?: AbortSignal): Promise<AccessToken>;
  /** Forgets what is cached, the credential's own cache included: a service said that the token is no longer good. */
  renew(): void;
}

export interface TokenPorts {
  /** Makes a new credential that signs in by this transport; called again by `renew`, since credentials keep tokens too. */
  create: (transport: HttpClient) => TokenCredential;
  transport: HttpClient;
  /** Hears every new token, so that it can be masked. */
  onToken: (token: string) => void;
  clock: Clock;
  /** A refusal is tried once more: an OIDC assertion can be refused by a clock that differs. */
  retryRefusal: boolean;
  timeoutMs?: number;
}

const RENEW_BEFORE_MS = 5 * 60_000;
/** A token that could not be renewed is used until shortly before its end. */
const USABLE_BEFORE_MS = 30_000;
const TIMEOUT_MS = 30_000;
const REFUSED_PAUSE_MS = 2_000;

export function createTokenSource(ports: TokenPorts): TokenSource {
  const { create, transport, onToken, clock, retryRefusal, timeoutMs = TIMEOUT_MS } = ports;
  const relay = createRelay(transport);
  let credential: TokenCredential | undefined;
  let cache = new Map<string, AccessToken>();
  const underWay = new Map<string, Promise<AccessToken>>();
  /** One sign-in at a time, so that what the relay saw belongs to it. */
  let last: Promise<unknown> = Promise.resolve();

  const signIn = async (scope: string): Promise<AccessToken> => {
    relay.forget();
    try {
      credential ??= create(relay.client);
      const token = await within(timeoutMs, (abortSignal) => credential!.getToken(scope, { abortSignal }));
      if (!token) throw new UserError({ code: 'SignInFailed', message: 'The sign-in gave no token.' });
      onToken(token.token);
      cache.set(scope, token);
      return token;
    } catch (error) {
      credential = undefined;
      throw relay.failureOf(error) ?? explainSignIn(error);
    }
  };
  const signInTwice = (scope: string): Promise<AccessToken> =>
    signIn(scope).catch(async (error: unknown) => {
      if (!retryRefusal || !(error instanceof UserError)) throw error;
      await clock.sleep(REFUSED_PAUSE_MS);
      return signIn(scope);
    });
  const renewed = (scope: string): Promise<AccessToken> => {
    const before = last.catch(() => undefined);
    const now = underWay.get(scope) ?? before.then(() => signInTwice(scope)).finally(() => underWay.delete(scope));
    underWay.set(scope, now);
    last = now;
    return now;
  };
  const leftOf = (token: AccessToken | undefined): number => (token?.expiresOnTimestamp ?? 0) - clock.now();
  return {
    async get(scope, signal) {
      const cached = cache.get(scope);
      if (cached && leftOf(cached) > RENEW_BEFORE_MS) return cached;
      try {
        return await unlessAborted(renewed(scope), signal);
      } catch (error) {
        const isUsable = error instanceof NoAnswerError && leftOf(cached) > USABLE_BEFORE_MS;
        if (cached && isUsable) return cached;
        throw error;
      }
    },
    renew() {
      credential = undefined;
      cache = new Map();
    },
  };
}

/** A transport that remembers how its last request failed: the identity library hides it in texts. */
function createRelay(transport: HttpClient) {
  let trouble: { message: string; code: string; url: string } | undefined;
  return {
    client: {
      async sendRequest(request) {
        try {
          const response = await transport.sendRequest(request);
          const { status } = response;
          const isPassing = status >= 500 || status === 429 || status === 408;
          const { host } = new URL(request.url);
          const what = isPassing
            ? ''
            : isSignInAnswer(response)
              ? undefined
              : ' with something else than its own answer';
          trouble =
            what === undefined
              ? undefined
              : { message: `${host} answered ${status}${what}`, code: `HTTP_${status}`, url: request.url };
          return response;
        } catch (error) {
          const failure = noAnswerOf(error, request);
          const { code = '' } = failure as { code?: string };
          trouble = { message: messageOf(failure), code, url: request.url };
          throw error;
        }
      },
    } satisfies HttpClient,
    forget(): void {
      trouble = undefined;
    },
    /** The failure of a sign-in that was not refused; undefined when it was. */
    failureOf(error: unknown): NoAnswerError | undefined {
      const isTimeout = error instanceof SignInTimeout;
      if (!trouble && !isTimeout && !isTransientSignIn(error)) return undefined;
      const { message, code, url } = trouble ?? { message: messageOf(error), code: 'ETIMEDOUT', url: '' };
      const reason = isTimeout ? messageOf(error) : message;
      return new NoAnswerError(
        `The service connection could not sign in, because the sign-in service did not do its work: ${reason}`,
        { code: isTimeout ? 'ETIMEDOUT' : code, stage: 'signIn', method: 'POST', url },
        { cause: error },
      );
    },
  };
}

/** True for an object as sign-in services send it, and for a refusal that says why; false for a proxy's page. */
function isSignInAnswer({ status, bodyAsText }: PipelineResponse): boolean {
  if (status >= 300 && status < 400) return true;
  const text = bodyAsText ?? '';
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) return false;
    return status < 300 || 'error' in body || 'message' in body;
  } catch {
    return /AADSTS\d+/.test(text);
  }
}

class SignInTimeout extends Error {}

async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SignInTimeout(`no answer within ${Math.round(milliseconds / 1000)} s`));
      controller.abort();
    }, milliseconds);
  });
  const working = work(controller.signal);
  // Nobody waits for it any more when it fails late.
  working.catch(() => undefined);
  return Promise.race([working, late]).finally(() => clearTimeout(timer));
}

/** The promise's result, unless the signal aborts before. @throws the signal's reason */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  promise.catch(() => undefined);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([promise, aborted]).finally(() => stop && signal.removeEventListener('abort', stop));
}

/**
 * Puts the bearer token on requests and, after a 401, tries once more with a new one: tokens can be revoked, and clocks
 * differ. (The library's own policy keeps its token until it expires.)
 */
export function bearerPolicy(tokens: TokenSource, scope: string): PipelinePolicy {
  return {
    name: 'bearerWithRenewal',
    async sendRequest(request, next) {
      const authorize = async (): Promise<void> => {
        const { token } = await tokens.get(scope, request.abortSignal as AbortSignal | undefined);
        request.headers.set('Authorization', `Bearer ${token}`);
      };
      await authorize();
      const response = await next(request);
      if (response.status !== 401) return response;
      tokens.renew();
      await authorize();
      return next(request);
    },
  };
}
