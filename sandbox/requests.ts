/** Keeps what a server received, so that a test can compare the bytes sent with the body planned. */
import type { NextFunction, Request, Response } from 'express';
import type { RecordedRequest } from './contracts.ts';

/** The most requests that are kept; older ones are dropped so that a long-running sandbox doesn't grow. */
const keptRequests = 5000;

/** Middleware that appends every request to `requests`. Place it after the body parsers. */
export function recordRequests(requests: RecordedRequest[]) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const entry: RecordedRequest = {
      method: request.method,
      url: request.originalUrl,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    };
    if (request.body !== undefined) entry.body = request.body;
    requests.push(entry);
    if (requests.length > keptRequests) requests.shift();
    // Known before the caller can have read the answer, unlike in the event 'finish'.
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
    response.writeHead = ((...args: unknown[]) => {
      entry.status = response.statusCode;
      return writeHead(...args);
    }) as typeof response.writeHead;
    // The service names anonymous components itself, so what a request has made is found by the answer alone.
    const json = response.json.bind(response);
    response.json = (body: { id?: unknown } | undefined) => {
      if (typeof body?.id === 'string') entry.answeredId = body.id;
      return json(body);
    };
    next();
  };
}
