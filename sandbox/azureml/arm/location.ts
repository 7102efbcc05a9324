/** What the provider knows of the region. */
import express from 'express';

/** Quotas and sizes of the region, for clients that ask before they create a compute. */
export function createLocation(): express.Router {
  const router = express.Router();
  const location = '/subscriptions/:subscription/providers/Microsoft.MachineLearningServices/locations/:location';
  for (const list of ['usages', 'quotas']) {
    router.get(`${location}/${list}`, (_request, response) => response.json({ value: [] }));
  }
  router.get('/providers/Microsoft.MachineLearningServices/operations', (_request, response) => {
    response.json({ value: [] });
  });
  router.get(`${location}/vmSizes`, (_request, response) => {
    const supportedComputeTypes = ['AmlCompute', 'ComputeInstance'];
    const size = {
      family: 'sandbox',
      gpus: 0,
      lowPriorityCapable: true,
      osVhdSizeMB: 1047552,
      premiumIO: true,
      supportedComputeTypes,
    };
    response.json({
      value: [
        { ...size, name: 'Standard_DS3_v2', vCPUs: 4, memoryGB: 14, maxResourceVolumeMB: 28672 },
        { ...size, name: 'Standard_NC6s_v3', vCPUs: 6, gpus: 1, memoryGB: 112, maxResourceVolumeMB: 344064 },
      ],
    });
  });
  return router;
}
