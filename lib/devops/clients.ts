/**
 * Microsoft's clients of Azure DevOps, taken one by one, because their front door (`WebApi`) brings all thirty of them. The
 * build makes a file of its own of this module (`devops.js` beside a task's `index.js`), so that a task which may need it starts
 * as fast as one that does not.
 */
export { BuildApi } from 'azure-devops-node-api/BuildApi.js';
export { GitApi } from 'azure-devops-node-api/GitApi.js';
export { LocationsApi } from 'azure-devops-node-api/LocationsApi.js';
export { PipelinesApi } from 'azure-devops-node-api/PipelinesApi.js';
export { ReleaseApi } from 'azure-devops-node-api/ReleaseApi.js';
export { WorkItemTrackingApi } from 'azure-devops-node-api/WorkItemTrackingApi.js';
