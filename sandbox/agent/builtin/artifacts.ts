/** Publishing and downloading artifacts, publishing test results. */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { publishArtifact } from '../commands/artifact.ts';
import { publishResults } from '../commands/results.ts';
import { findFiles } from '../glob.ts';
import { addWarning } from '../steps/state.ts';
import type { BuiltinContext } from './context.ts';

export async function runPublishPipelineArtifact({ state, inputs }: BuiltinContext): Promise<void> {
  const name = inputs.get('artifactName') || `${state.job.variables.get('System.JobName')}`;
  publishArtifact(state, name, inputs.get('path') ?? '');
}

export async function runPublishBuildArtifacts({ state, inputs }: BuiltinContext): Promise<void> {
  publishArtifact(state, inputs.get('ArtifactName') ?? '', inputs.get('PathtoPublish') ?? '');
}

/** One artifact goes into the target folder itself, all artifacts into a folder each. */
export async function runDownloadPipelineArtifact({ state, inputs }: BuiltinContext): Promise<void> {
  const source = inputs.get('buildType')?.toLowerCase();
  if (source === 'none') return state.write('Nothing to download.');
  if (source !== 'current') throw new Error("The sandbox downloads artifacts of the current run only: use 'current'.");
  const { artifactsFolder } = state.job.run;
  const wanted = inputs.get('artifactName');
  const target = inputs.get('targetPath') ?? '';
  if (wanted && !existsSync(join(artifactsFolder, wanted)))
    throw new Error(`Artifact ${wanted} was not found for build ${state.job.run.devops.id}.`);
  const names = wanted ? [wanted] : existsSync(artifactsFolder) ? readdirSync(artifactsFolder) : [];
  for (const name of names) {
    const files = findFiles(join(artifactsFolder, name), (inputs.get('itemPattern') || '**').split('\n'));
    for (const file of files) {
      const to = join(target, wanted ? '' : name, relative(join(artifactsFolder, name), file));
      mkdirSync(dirname(to), { recursive: true });
      cpSync(file, to);
    }
    state.write(`Downloaded ${files.length} files of artifact '${name}' to ${target}`);
  }
}

export async function runPublishTestResults({ state, inputs, workingDirectory }: BuiltinContext): Promise<void> {
  const patterns = (inputs.get('testResultsFiles') ?? '').split('\n');
  const files = findFiles(inputs.get('searchFolder') || workingDirectory, patterns);
  const isTrue = (name: string): boolean => inputs.get(name)?.toLowerCase() === 'true';
  if (files.length === 0) {
    const message = `No test result files matching '${patterns.join(', ')}' were found.`;
    if (isTrue('failTaskOnMissingResultsFile')) throw new Error(message);
    return addWarning(state, message);
  }
  if (inputs.get('testRunner')?.toLowerCase() !== 'junit')
    throw new Error('The sandbox reads JUnit test results only.');
  publishResults(state, files, inputs.get('testRunTitle') || 'JUnit_TestResults', isTrue('failTaskOnFailedTests'));
}
