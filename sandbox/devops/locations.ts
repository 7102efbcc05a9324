/**
 * The resource locations that clients ask for with `OPTIONS _apis/<area>`. Ids are those that the official Node client
 * asks for; a location that is missing here makes it say "Failed to find api location".
 */
const plan = '{scopeIdentifier}/_apis/distributedtask/hubs/{hubName}/plans/{planId}';
const record = `${plan}/timelines/{timelineId}/records/{recordId}`;
const builds = '{project}/_apis/build/builds/{buildId}';
const repository = '{project}/_apis/git/repositories/{repositoryId}';
const pullRequest = `${repository}/pullRequests/{pullRequestId}`;

/** area, resource, id, route */
const rows: [string, string, string, string][] = [
  ['Location', 'ResourceAreas', 'e81700f7-3be2-46de-8624-2eb35882fcaa', '_apis/ResourceAreas/{areaId}'],
  ['Location', 'ConnectionData', '00d9565f-ed9c-4a06-9a50-00e7896ccab4', '_apis/connectionData'],
  ['core', 'projects', '603fe2ac-9723-48b9-88ad-09305aa6c6e1', '_apis/projects/{*projectId}'],
  ['build', 'builds', '0cd358e1-9217-4d94-8269-1c1ee6f93dcf', builds],
  ['build', 'tags', '6e6114b2-8161-44c8-8f6c-c5505782427f', `${builds}/tags/{*tag}`],
  ['build', 'timeline', '8baac422-4c6e-4de5-8532-db96d92acffa', `${builds}/timeline/{timelineId}`],
  ['build', 'attachments', 'f2192269-89fa-4f94-baf6-8fb128c55159', `${builds}/attachments/{type}`],
  [
    'build',
    'attachment',
    'af5122d3-3438-485e-a25a-2dbbfde84ee6',
    `${builds}/{timelineId}/{recordId}/attachments/{type}/{name}`,
  ],
  ['build', 'logs', '35a80daf-7f30-45fc-86e8-6b813d9c90df', `${builds}/logs/{logId}`],
  ['build', 'artifacts', '1db06c96-014e-44e1-ac91-90b2d4b3e984', `${builds}/artifacts`],
  ['build', 'properties', '0a6312e9-0627-49b7-8083-7d74a64849c9', `${builds}/properties`],
  ['build', 'changes', '54572c7b-bbd3-45d4-80dc-28be08941620', `${builds}/changes`],
  ['build', 'workitems', '5a21f5d2-5642-47e4-a0bd-1356e6731bee', `${builds}/workitems`],
  ['build', 'changesBetween', 'f10f0ea5-18a1-43ec-a8fb-2042c7be9b43', '{project}/_apis/build/changes'],
  ['build', 'workitemsBetween', '52ba8915-5518-42e3-a4bb-b0182d159e2d', '{project}/_apis/build/workitems'],
  ['build', 'definitions', 'dbeaf647-6167-421a-bda9-c9327b25e2e6', '{project}/_apis/build/definitions/{definitionId}'],
  ['git', 'repositories', '225f7195-f9c7-4d14-ab28-a83f7ff77e1f', '{project}/_apis/git/repositories/{repositoryId}'],
  ['git', 'commits', 'c2570c3b-5b3f-41b8-98bf-5407bfde8d58', `${repository}/commits/{commitId}`],
  ['git', 'commitsBatch', '6400dfb2-0bcb-462b-b992-5a57f8f1416c', `${repository}/commitsbatch`],
  ['git', 'pullRequestQuery', 'b3a6eebe-9cf0-49ea-b6cb-1a4c5f5007b0', `${repository}/pullrequestquery`],
  ['git', 'pullRequestWorkItems', '0a637fcc-5370-4ce8-b0e8-98091f5f9482', `${pullRequest}/workitems`],
  ['wit', 'workItems', '72c7ddf8-2cdc-4f60-90cd-ab71c14a399b', '{project}/_apis/wit/workItems/{id}'],
  ['Release', 'releases', 'a166fde7-27ad-408e-ba75-703c2cc9d500', '{project}/_apis/Release/releases/{releaseId}'],
  ['git', 'pullRequests', '9946fd70-0d40-406e-b686-b4744cbbcc37', pullRequest],
  [
    'git',
    'pullRequestsById',
    '01a46dea-7d46-4d40-bc84-319e7c260d99',
    '{project}/_apis/git/pullRequests/{pullRequestId}',
  ],
  ['git', 'threads', 'ab6e2e5d-a0b7-4153-b64a-a4efe0d49449', `${pullRequest}/threads/{threadId}`],
  ['git', 'comments', '965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b', `${pullRequest}/threads/{threadId}/comments/{commentId}`],
  ['git', 'pullRequestStatuses', 'b5f6bb4f-8d1e-4d79-8d11-4c9172c99c35', `${pullRequest}/statuses/{statusId}`],
  ['git', 'pullRequestIterations', 'd43911ee-6958-46b0-a42b-8445b8a0d004', `${pullRequest}/iterations/{iterationId}`],
  [
    'git',
    'statuses',
    '428dd4fb-fda5-4722-af02-9313b80305da',
    '{project}/_apis/git/repositories/{repositoryId}/commits/{commitId}/statuses',
  ],
  ['distributedtask', 'plans', '5cecd946-d704-471e-a45f-3b4064fcfaba', plan],
  ['distributedtask', 'oidctoken', '69a319f4-28c1-4bfd-93e6-ea0ff5c6f1a2', `${plan}/jobs/{jobId}/oidctoken`],
  ['distributedtask', 'attachments', 'eb55e5d6-2f30-4295-b5ed-38da50b1fc52', `${plan}/attachments/{type}`],
  [
    'distributedtask',
    'recordattachments',
    '7898f959-9cdf-4096-b29e-7f293031629e',
    `${record}/attachments/{type}/{name}`,
  ],
  ['distributedtask', 'records', '8893bc5b-35b2-4be7-83cb-99e683551db4', `${plan}/timelines/{timelineId}/records`],
  ['distributedtask', 'timelines', '83597576-cc2c-453c-bea6-2882ae6a1653', `${plan}/timelines/{timelineId}`],
  ['distributedtask', 'feed', '858983e4-19bd-4c5e-864c-507b59b58b12', `${record}/feed`],
  ['distributedtask', 'logs', '46f5667d-263a-4684-91b1-dff7fdcf64e2', `${plan}/logs/{logId}`],
  ['pipelines', 'pipelines', '28e1305e-2afe-47bf-abaf-cbb0e6a91988', '{project}/_apis/pipelines/{pipelineId}'],
  ['pipelines', 'runs', '7859261e-d2e9-4a68-b820-a5d84cc5bb3d', '{project}/_apis/pipelines/{pipelineId}/runs/{runId}'],
  ['Test', 'runs', 'cadb3810-d47d-4a3c-a234-fe5f3be50138', '{project}/_apis/test/runs/{runId}'],
  [
    'Test',
    'results',
    '4637d869-3a76-4468-8057-0bb02aa385cf',
    '{project}/_apis/test/Runs/{runId}/results/{testCaseResultId}',
  ],
];

/** The locations of an area, in the shape of `OPTIONS _apis/<area>`. */
export function locationsOf(area: string) {
  return rows
    .filter(([name]) => name.toLowerCase() === area.toLowerCase())
    .map(([name, resourceName, id, routeTemplate]) => ({
      id,
      area: name,
      resourceName,
      routeTemplate,
      resourceVersion: 9,
      minVersion: '1.0',
      maxVersion: '7.2',
      releasedVersion: '7.1',
    }));
}
