import { defineMessages } from '../core/message.ts';

export const messages = defineMessages({
  BaselineNotFound: "The baseline, version {version} of the model '{model}', is not in the workspace '{workspace}'.",
  BaselineNotFoundFix: 'Write model:{model} to compare with the newest version, if there is one.',
  BaselineUnmeasured:
    'The baseline {id} has no metrics: none were recorded at its registration, and its run {run} logged none.',
  BaselineOfUnknownRun:
    'The baseline {id} has no metrics: none were recorded at its registration, and the run that made it is unknown.',
  BaselineUnmeasuredFix:
    'Register models with AzureMLRegisterModel, which records their metrics, or choose another baseline.',
});
