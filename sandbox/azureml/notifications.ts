/**
 * Webhooks of jobs: when a job ends, Azure ML posts TaskCompleted to the plan that asked for it. What is sent is documented
 * (Microsoft's article about Azure Pipelines with Azure Machine Learning shows the request; Azure Pipelines defines the event).
 */
import type { Notifications, Webhook } from '../contracts.ts';
import { sendHttps } from '../https-request.ts';

const results: Record<string, string> = { Completed: 'succeeded', Failed: 'failed', Canceled: 'canceled' };
const tries = 3;

/** @param options.ca certificate authority of the sandbox's Azure DevOps */
export function createNotifications({ ca, log }: { ca: string; log(line: string): void }): Notifications & {
  stop(): void;
} {
  const webhooks = new Map<string, Map<string, Webhook>>();
  const stopped = new AbortController();

  async function report(jobName: string, status: string, hook: Webhook): Promise<void> {
    const { planUri, projectId, hubName, planId, jobId, taskInstanceId, authToken } = hook;
    const root = `${planUri.replace(/\/$/, '')}/${projectId}/_apis/distributedtask`;
    const body = { name: 'TaskCompleted', taskId: taskInstanceId, jobId, result: results[status] ?? 'failed' };
    for (let attempt = 1; attempt <= tries && !stopped.signal.aborted; attempt++) {
      const answer = await sendHttps({
        method: 'POST',
        url: `${root}/hubs/${hubName}/plans/${planId}/events?api-version=7.1`,
        headers: { Authorization: `Bearer ${authToken}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        ca,
        timeoutMs: 20_000,
        signal: stopped.signal,
      }).catch((error: Error) => ({ status: 0, text: error.message }));
      log(`job ${jobName}: reported to Azure DevOps as ${body.result}: ${answer.status || answer.text}`);
      if (answer.status >= 200 && answer.status < 500) return;
    }
  }

  return {
    add(jobName, webhookName, webhook) {
      const known = webhooks.get(jobName) ?? new Map<string, Webhook>();
      webhooks.set(jobName, known.set(webhookName, webhook));
    },
    ended(jobName, status) {
      const hooks = webhooks.get(jobName)?.values() ?? [];
      webhooks.delete(jobName);
      for (const hook of hooks) void report(jobName, status, hook);
    },
    stop: () => stopped.abort(),
  };
}
