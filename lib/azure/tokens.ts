import type { AccessToken, TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { UserError } from '../core/errors.ts';
import { explainSignIn } from './failures.ts';

/** Tokens of one connection, one per scope, renewed before they expire. */
export interface TokenSource {
  /** @throws UserError when the sign-in fails */
  get(scope: string): Promise<string>;
  /** Forgets what is cached, the credential's own cache included: a service said that the token is no longer good. */
  renew(): void;
  /** The same tokens in the form that Microsoft's clients ask for. */
  readonly credential: TokenCredential;
}

const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * @param create makes a new credential; called again by `renew`, since credentials keep tokens of their own
 * @param onToken hears every new token, so that it can be masked
 */
export function createTokenSource(
  create: () => TokenCredential,
  onToken: (token: string) => void,
  now: () => number,
): TokenSource {
  let credential = create();
  let cache = new Map<string, AccessToken>();
  const accessToken = async (scope: string): Promise<AccessToken> => {
    const cached = cache.get(scope);
    if (cached && cached.expiresOnTimestamp - RENEW_BEFORE_MS > now()) return cached;
    const answer = await credential.getToken(scope).catch((error: unknown) => {
      throw explainSignIn(error);
    });
    if (!answer) throw new UserError({ code: 'SignInFailed', message: 'The sign-in gave no token.' });
    onToken(answer.token);
    cache.set(scope, answer);
    return answer;
  };
  return {
    get: async (scope) => (await accessToken(scope)).token,
    credential: { getToken: (scopes) => accessToken([scopes].flat().join(' ')) },
    renew() {
      credential = create();
      cache = new Map();
    },
  };
}

/**
 * Puts the bearer token on requests and, after a 401, tries once more with a new one: tokens can be revoked, and clocks
 * differ. (The library's own policy keeps its token until it expires.)
 */
export function bearerPolicy(tokens: TokenSource, scope: string): PipelinePolicy {
  return {
    name: 'bearerWithRenewal',
    async sendRequest(request, next) {
      request.headers.set('Authorization', `Bearer ${await tokens.get(scope)}`);
      const response = await next(request);
      if (response.status !== 401) return response;
      tokens.renew();
      request.headers.set('Authorization', `Bearer ${await tokens.get(scope)}`);
      return next(request);
    },
  };
}
