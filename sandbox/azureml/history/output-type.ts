/** Types of data and models as run history and the data plane spell them: `UriFolder` for the job's `uri_folder`. */
const types: Record<string, string> = {
  uri_folder: 'UriFolder',
  uri_file: 'UriFile',
  mltable: 'MLTable',
  custom_model: 'CustomModel',
  mlflow_model: 'MLFlowModel',
  triton_model: 'TritonModel',
};

export const outputType = (type: string): string => types[type] ?? type;
