/** One endpoint of MLflow's REST API: its input is the query of a GET, or the JSON body of anything else. */
export interface Endpoint {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** Below `api/2.0/mlflow/`; Express parameters become part of the input. */
  path: string;
  /** True when a reader may not call it. */
  writes?: boolean;
  /** Answers the response's JSON, or throws an `MlflowError`. */
  handle(input: Record<string, any>, caller: { name: string }): unknown;
}
