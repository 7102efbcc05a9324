/** Job files for which this extension sends something else than Microsoft's SDK, on purpose (docs/parity.md). */

interface Different {
  why: string;
  /** All of them, as `path: theirs -> ours`. */
  differences: string[];
}

export const DIFFERENT: Readonly<Record<string, Different>> = {
  'command/environment-conda-file.yml': {
    why: 'The API spells operating systems with a capital.',
    differences: ['environmentId.environments.osType: "linux" -> "Linux"'],
  },
  'command/environment-variables.yml': {
    why: 'The API takes text.',
    differences: [
      'environmentVariables.NUMBER: 5 -> "5"',
      'environmentVariables.FLOAT: 0.5 -> "0.5"',
      'environmentVariables.FLAG: true -> "True"',
    ],
  },
  'command/services.yml': {
    why: 'The SDK loses the type of a custom service.',
    differences: ['services.own.jobServiceType: nothing -> "Custom"'],
  },
  'pipeline/binding-with-spaces.yml': {
    why: 'The SDK does not see a binding with spaces in it when it infers the type of a step in place.',
    differences: [
      'jobs.only.componentId.components.componentSpec.inputs.flag.type: "string" -> "boolean"',
      'jobs.only.componentId.components.componentSpec.inputs.flag.default: "${{ parent.inputs.flag }}" -> nothing',
    ],
  },
  'pipeline/root-component-registered.yml': {
    why: 'The SDK sends the name of a registered component where the API takes an id.',
    differences: ['componentId: "registered_flow:1" -> "workspace:components/registered_flow/versions/1"'],
  },
  'automl/classification.yml': {
    why: 'The SDK loses the type of an output.',
    differences: ['outputs.best_model.jobOutputType: "uri_folder" -> "mlflow_model"'],
  },
};

/** Files that the SDK refuses or fails at, and why they are taken. */
export const ONLY_OURS: Readonly<Record<string, string>> = {
  'command/outputs-named.yml':
    'The service refuses `assetVersion` in the api-version that the SDK sends it with; the request moves to another one.',
  'command/queue-settings.yml':
    'The service refuses `priority` in the api-version that the SDK sends it with; the request moves to another one.',
  'command/notifications.yml': 'The API sends mails; the schema of the SDK does not know the field.',
};
