/** Environment variables of a deployment's container. */
import { delimiter, join } from 'node:path';
import type { Resource } from '../../contracts.ts';
import type { ReferenceContext } from '../arm/references.ts';
import { inheritedEnvironment } from '../execution/environment.ts';
import { codeFolderName, type DeploymentFiles, modelPath } from './files.ts';

const root = '/var/azureml-app';

/** The three that the service adds to those of the deployment, as its answers show them. */
export function shownVariables(
  { codeConfiguration, model }: Resource['properties'],
  context: ReferenceContext,
): Record<string, string> {
  const code = codeConfiguration?.codeId;
  return {
    ...(codeConfiguration && {
      AZUREML_ENTRY_SCRIPT: codeConfiguration.scoringScript,
      AML_APP_ROOT: `${root}/${codeFolderName(code, context)}`,
    }),
    ...(model && { AZUREML_MODEL_DIR: `${root}/azureml-models/${modelPath(model)}` }),
  };
}

/** What the process gets: the deployment's own variables, and the three with folders of this machine. */
export function containerEnvironment(
  { properties }: Resource,
  { codeFolder, modelFolder }: DeploymentFiles,
  { dataFolder, clientEnvironment }: { dataFolder: string; clientEnvironment: Record<string, string> },
): Record<string, string> {
  const own: Record<string, string> = properties.environmentVariables ?? {};
  const script: string | undefined = properties.codeConfiguration?.scoringScript;
  return {
    ...inheritedEnvironment(join(dataFolder, 'work', 'bin')),
    PYTHONUNBUFFERED: '1',
    ...clientEnvironment,
    ...own,
    PYTHONPATH: [clientEnvironment.PYTHONPATH, own.PYTHONPATH].filter(Boolean).join(delimiter),
    AML_APP_ROOT: codeFolder,
    ...(script !== undefined && { AZUREML_ENTRY_SCRIPT: script }),
    ...(modelFolder !== undefined && { AZUREML_MODEL_DIR: modelFolder }),
  };
}
