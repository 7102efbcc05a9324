import assert from 'node:assert/strict';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { readAnswer } from '../../../lib/azure/answers.ts';
import type { AzureError } from '../../../lib/azure/failures.ts';

/** The error that an answer with this body becomes. */
function refused(status: number, body: unknown, headers: Record<string, string> = {}): AzureError {
  const request = createPipelineRequest({ url: 'https://arm.example/x?sig=secret', method: 'PUT' });
  try {
    readAnswer({ status, request, headers: createHttpHeaders(headers), bodyAsText: JSON.stringify(body) });
  } catch (error) {
    return error as AzureError;
  }
  return assert.fail('no error');
}

describe('errors of Azure', () => {
  it('of Resource Manager have the request id of the header, else that of the body', () => {
    const error = {
      code: 'UserError',
      message: 'Job x not found.',
      additionalInfo: [
        { type: 'ComponentName', info: { value: 'managementfrontend' } },
        { type: 'Correlation', info: { value: { operation: 'o', request: 'r1' } } },
      ],
    };
    assert.equal(refused(404, { error }).requestId, 'r1');
    assert.equal(refused(404, { error }, { 'x-ms-request-id': 'r2' }).requestId, 'r2');
    assert.equal(refused(404, { error: { code: 'AuthorizationFailed', message: 'no' } }).requestId, undefined);
  });

  it('of the data plane and of MLflow have it in `correlation`', () => {
    const plane = refused(403, { error: { code: 'UserError', message: 'm' }, correlation: { request: 'r3' } });
    assert.equal(plane.requestId, 'r3');
    const mlflow = refused(400, {
      Error: { Code: 'ValidationError', Severity: null, Message: 'MaxResults = 25000 is invalid' },
      Correlation: { operation: 'o', request: 'r4' },
      error_code: 'BAD_REQUEST',
    });
    assert.deepEqual(
      [mlflow.requestId, mlflow.code, mlflow.serviceMessage],
      ['r4', 'ValidationError', 'MaxResults = 25000 is invalid'],
    );
  });

  it('say what JSON inside their texts says, as quota failures have it', () => {
    const quota = 'Not enough quota available for Standard_DS3_v2. Current usage/limit: 0/6. Additional needed: 8';
    const inner = JSON.stringify({ errors: { VmSize: [quota] }, title: 'One or more validation errors occurred.' });
    const details = [{ code: 'InferencingClientCallFailed', message: inner }];
    const { serviceMessage } = refused(400, {
      error: { code: 'BadRequest', message: 'The request is invalid.', details },
    });
    assert.equal(serviceMessage, `The request is invalid. ${quota}`);
  });

  it('without a body say what came', () => {
    assert.match(refused(404, undefined).message, /^PUT https:\/\/arm\.example\/x answered 404 Http404/);
    assert.doesNotMatch(refused(500, { odd: 1 }).message, /secret/);
  });
});
