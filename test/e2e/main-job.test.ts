import { describeMainJob } from './main-job.ts';

describeMainJob(`Node ${process.versions.node}`);
