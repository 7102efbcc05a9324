/** Who may call: job tokens and other access tokens as Bearer, personal access tokens as Basic with an empty user. */
import type { NextFunction, Request, Response } from 'express';
import type { Tokens } from '../contracts.ts';
import { refuse } from './answers.ts';

/** Audience of Azure DevOps in Microsoft Entra ID. */
export const azureDevOpsAudience = '499b84ac-1321-427f-aa17-267ca6975798';

function tokenOf(header: string | undefined): string | undefined {
  const [scheme, value] = header?.split(' ') ?? [];
  if (!value) return undefined;
  if (scheme!.toLowerCase() === 'bearer') return value;
  if (scheme!.toLowerCase() !== 'basic') return undefined;
  const credentials = Buffer.from(value, 'base64').toString('utf8');
  return credentials.slice(credentials.indexOf(':') + 1);
}

/** Answers 401 unless the request carries a valid token for Azure DevOps; leaves its `sub` in `response.locals.subject`. */
export function authorize(tokens: Tokens) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const token = tokenOf(request.headers.authorization);
    const claims = token === undefined ? undefined : await tokens.verify(token).catch(() => undefined);
    if (claims?.aud === azureDevOpsAudience) {
      response.locals.subject = claims.sub;
      return next();
    }
    response.setHeader('WWW-Authenticate', 'Bearer, Basic');
    refuse(
      response,
      401,
      'UnauthorizedRequestException',
      'TF400813: The user is not authorized to access this resource.',
    );
  };
}
