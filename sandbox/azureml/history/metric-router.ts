/** The metric service below `/metric/v2.0`: the last value of each metric of a run. */
import express from 'express';
import * as errors from './errors.ts';
import type { MetricPoint } from './run.ts';
import type { RunStore } from './run-store.ts';
import { guidOf } from './wire.ts';

const lastValue = (runId: string, { key, value, timestamp, step }: MetricPoint) => ({
  dataContainerId: `dcid.${runId}`,
  name: key,
  columns: { [key]: 'Double' },
  properties: { uxMetricType: 'azureml.v1.scalar', dataLocation: null },
  namespace: null,
  standardSchemaId: null,
  value: [
    {
      metricId: guidOf(`${runId}/${key}`),
      createdUtc: new Date(timestamp).toISOString().replace('Z', '+00:00'),
      step,
      data: { [key]: Number.isFinite(value) ? value : String(value) },
    },
  ],
});

/** `POST runs/{id}/lastvalues`. */
export function createMetricRouter(store: RunStore): express.Router {
  const router = express.Router({ mergeParams: true });
  router.post('/runs/:runId/lastvalues', (request, response) => {
    const { runId } = request.params;
    if (!store.get(runId)) return errors.refuse(response, errors.runNotFound(runId));
    const last = new Map(store.metrics(runId).map((point) => [point.key, point]));
    response.json({ value: [...last.values()].map((point) => lastValue(runId, point)) });
  });
  return router;
}
