/** Which function runs which in-box task. */
import {
  runDownloadPipelineArtifact,
  runPublishBuildArtifacts,
  runPublishPipelineArtifact,
  runPublishTestResults,
} from './artifacts.ts';
import { runCheckout } from './checkout.ts';
import type { BuiltinContext } from './context.ts';
import { runBash, runCmdLine, runPowerShell } from './shell.ts';
import { runUseNode, runUsePythonVersion } from './tools.ts';

const runners: Record<string, (context: BuiltinContext) => Promise<void>> = {
  CmdLine: runCmdLine,
  Bash: runBash,
  PowerShell: runPowerShell,
  checkout: runCheckout,
  PublishPipelineArtifact: runPublishPipelineArtifact,
  PublishBuildArtifacts: runPublishBuildArtifacts,
  DownloadPipelineArtifact: runDownloadPipelineArtifact,
  PublishTestResults: runPublishTestResults,
  UsePythonVersion: runUsePythonVersion,
  NodeTool: runUseNode,
  UseNode: runUseNode,
};

/** Runs a built-in agent task; throws to fail the step with that message. */
export function runBuiltin(name: string, context: BuiltinContext): Promise<void> {
  const run = runners[name];
  if (!run) throw new Error(`The sandbox's agent can't run the task ${name}.`);
  return run(context);
}
