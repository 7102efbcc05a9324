/** Lets only requests with a valid token pass. */
import type { NextFunction, Request, Response } from 'express';
import type { TokenClaims, Tokens } from '../contracts.ts';
import * as errors from './arm/errors.ts';

/** Claims of the caller, after `requireToken`. */
export const callerOf = (response: Response): TokenClaims => response.locals.claims;

/**
 * Middleware: 401 with `WWW-Authenticate` and ARM's error codes unless the request has a bearer token of ours for one
 * of the audiences; puts its claims into `response.locals.claims`.
 */
export function requireToken(options: {
  tokens: Tokens;
  tenantId: string;
  authorityUrl: string;
  /** Accepted audiences, without a trailing slash. */
  audiences: string[];
  tokenExpired(request: Request): boolean;
}) {
  const challenge = `Bearer authorization_uri="${options.authorityUrl}/${options.tenantId}", resource="${options.audiences[0]}/"`;
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const refuse = (code: string, message: string) => {
      response.setHeader('WWW-Authenticate', `${challenge}, error="invalid_token", error_description="${message}"`);
      next(errors.unauthenticated(code, message));
    };
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!token) {
      return refuse('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing or invalid.");
    }
    const expired = 'The access token expiry UTC time is earlier than current UTC time.';
    if (options.tokenExpired(request)) return refuse('ExpiredAuthenticationToken', expired);
    let claims: TokenClaims;
    try {
      claims = await options.tokens.verify(token);
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_JWT_EXPIRED') return refuse('ExpiredAuthenticationToken', expired);
      return refuse('InvalidAuthenticationToken', 'The access token is invalid.');
    }
    if (!options.audiences.includes(String(claims.aud).replace(/\/$/, ''))) {
      return refuse(
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource '${claims.aud}'. It should exactly match with one of the allowed audiences: '${options.audiences.join("', '")}'.`,
      );
    }
    response.locals.claims = claims;
    next();
  };
}
