/** Properties that say where a run computes. */

/** What runs on a cluster says so; on serverless compute it has no cluster's name. */
export const computeProperties = (name: string): Record<string, string> => ({
  '_azureml.ComputeTargetType': 'amlctrain',
  ...(name !== 'serverless' && { '_azureml.ClusterName': name }),
});
