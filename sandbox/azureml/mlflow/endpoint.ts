/** One endpoint of MLflow's REST API: its input is the query of a GET, or the JSON body of anything else. */
export interface Endpoint {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** Below `api/2.0/mlflow/`; Express parameters become part of the input. */
  path: string;
  /** True when a reader may not call it. */
  writes: boolean;
  handle: Handle;
}

/** The members of a request, as they were sent. */
export type Input = Record<string, any>;

/** Answers the response's JSON, or throws an `MlflowError`. */
export type Handle = (input: Input, caller: { name: string }) => unknown;

/** An endpoint that readers may call. */
export const reads = (method: Endpoint['method'], path: string, handle: Handle): Endpoint => ({
  method,
  path,
  writes: false,
  handle,
});

/** An endpoint that readers may not call. */
export const writes = (method: Endpoint['method'], path: string, handle: Handle): Endpoint => ({
  method,
  path,
  writes: true,
  handle,
});
