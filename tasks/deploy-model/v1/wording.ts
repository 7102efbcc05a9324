import { describeTraffic, liveDeployment, type Traffic } from '../../../lib/rollout/traffic.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** A batch endpoint has a default deployment where an online one has traffic, so the same steps read differently. */
export function wordingOf({ endpointType }: Pick<Inputs, 'endpointType'>) {
  const isBatch = endpointType === 'batch';
  return {
    traffic: isBatch ? (traffic: Traffic): string => liveDeployment(traffic) ?? 'none' : describeTraffic,
    now: isBatch ? messages.BatchNow : messages.EndpointNow,
    claim: isBatch ? messages.BatchClaim : messages.StepClaim,
    deploy: isBatch ? messages.BatchDeploy : messages.StepDeploy,
    change: isBatch ? messages.BatchDeploy : messages.StepChange,
    test: isBatch ? messages.BatchTry : messages.StepSmoke,
    share: isBatch ? messages.BatchSwitch : messages.StepTraffic,
    restore: isBatch ? messages.BatchRestore : messages.StepRestore,
    remove: isBatch ? messages.BatchRemove : messages.StepRemove,
    released: isBatch ? messages.BatchReleased : messages.Released,
    unchanged: isBatch ? messages.BatchUnchanged : messages.AlreadyReleased,
    rolledBack: isBatch ? messages.BatchRolledBack : messages.RolledBack,
    stopped: isBatch ? messages.BatchStopped : messages.Stopped,
    rolledBackFix: isBatch ? messages.BatchKept : messages.RolledBackFix,
    abandoned: isBatch ? messages.BatchAbandoned : messages.Abandoned,
    abandonedAsIs: isBatch ? messages.BatchAbandonedAsIs : messages.AbandonedAsIs,
    abandonFailed: isBatch ? messages.BatchAbandonFailed : messages.AbandonFailed,
    restorePlan: isBatch ? messages.BatchRestorePlan : messages.RestorePlan,
    restoreWhatIf: isBatch ? messages.BatchRestoreWhatIf : messages.RestoreWhatIf,
    restored: isBatch ? messages.BatchRestored : messages.Restored,
    nothingToRestore: isBatch ? messages.BatchNothingToRestore : messages.NothingToRestore,
  };
}
