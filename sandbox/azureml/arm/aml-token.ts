/** The second token that submitting a pipeline needs. */
import type { Request } from 'express';
import { azureMlAudience } from '../../connections.ts';
import type { Resource, TokenClaims, Tokens } from '../../contracts.ts';
import * as errors from './errors.ts';

/**
 * A pipeline job, and any job under the user's identity, comes with the header `x-azureml-token`: a token for Azure ML's
 * own audience, with which the service acts for the caller.
 */
export async function checkAmlToken(
  request: Request,
  job: Resource['properties'],
  { tokens }: { tokens: Tokens },
): Promise<void> {
  if (job.jobType !== 'Pipeline' && job.identity?.identityType !== 'UserIdentity') return;
  const token = request.headers['x-azureml-token'];
  if (typeof token !== 'string' || token === '') {
    throw errors.amlTokenMissing();
  }
  const refuse = (reason: string) => errors.amlTokenInvalid(reason);
  let claims: TokenClaims;
  try {
    claims = await tokens.verify(token.replace(/^Bearer /i, ''));
  } catch {
    throw refuse('is invalid or expired');
  }
  if (claims.aud !== azureMlAudience) throw refuse(`has the audience '${claims.aud}' instead of '${azureMlAudience}'`);
}
