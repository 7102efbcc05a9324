import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCAL = { 'src/a.py': 'print(1)\n', 'd/a.csv': '1\n', 'conda.yml': 'dependencies: [pip]\n' };

/** Files that are in order, one of each kind, with what they refer to. The first one is compiled. */
export const FILES: Record<string, string>[] = [
  {
    'file.yml':
      'name: j\ncommand: python a.py ${{inputs.x}} --lr ${{inputs.lr}}\ncode: src\nenvironment: {image: ubuntu, conda_file: conda.yml}\ncompute: azureml:cpu\ninputs:\n  x: {type: uri_folder, path: d}\n  lr: 0.1\noutputs:\n  o: {type: uri_file, mode: upload}\nresources: {instance_count: 2, shm_size: 1g}\ndistribution: {type: pytorch, process_count_per_instance: 1}\nlimits: {timeout: 60}\ntags: {a: b}\n',
    ...LOCAL,
  },
  {
    'file.yml':
      'type: pipeline\nsettings: {default_compute: azureml:cpu, force_rerun: true}\ninputs: {lr: 0.1, data: {type: uri_file, path: d/a.csv}}\noutputs: {m: {type: mlflow_model}}\njobs:\n  prep:\n    command: echo ${{inputs.lr}} ${{outputs.o}}\n    environment: azureml:e:1\n    inputs: {lr: "${{parent.inputs.lr}}"}\n    outputs: {o: }\n  train:\n    type: command\n    component: ./component.yml\n    inputs: {data: "${{parent.jobs.prep.outputs.o}}"}\n    outputs: {m: "${{parent.outputs.m}}"}\n',
    'component.yml':
      'type: command\nname: c\nversion: 1\ncommand: python a.py ${{inputs.data}} ${{outputs.m}} $[[${{inputs.n}}]]\nenvironment: azureml:e@latest\ncode: src\ninputs: {data: {type: uri_folder}, n: {type: integer, default: 3, optional: true}}\noutputs: {m: {type: mlflow_model}}\n',
    ...LOCAL,
  },
  {
    'file.yml':
      'type: sweep\ntrial: {command: "run --lr ${{search_space.lr}}", environment: azureml:e:1, code: src}\ncompute: azureml:cpu\nsampling_algorithm: random\nobjective: {primary_metric: acc, goal: maximize}\nsearch_space: {lr: {type: uniform, min_value: 0.1, max_value: 1}}\nlimits: {max_total_trials: 4, max_concurrent_trials: 2}\n',
    ...LOCAL,
  },
  { 'file.yml': 'name: data\nversion: 1\ntype: uri_folder\npath: d\ntags: {a: 1}\n', ...LOCAL },
  { 'file.yml': 'name: m\ntype: custom_model\npath: d/a.csv\nflavors: {f: {data: {a: b}}}\n', ...LOCAL },
  {
    'file.yml': '$schema: x/environment.schema.json\nname: e\nversion: 1\nbuild: {path: src, dockerfile_path: a.py}\n',
    ...LOCAL,
  },
  { 'file.yml': 'name: endpoint\nauth_mode: key\ntraffic: {blue: 50}\nidentity: {type: system_assigned}\n' },
  {
    'file.yml':
      'name: blue\nendpoint_name: ep1\ninstance_type: x\ninstance_count: 1\nmodel: {path: d}\ncode_configuration: {code: src, scoring_script: a.py}\nenvironment: {image: ubuntu}\nliveness_probe: {period: 10}\nrequest_settings: {request_timeout_ms: 900}\ndata_collector: {collections: {model_inputs: {enabled: true}}}\n',
    ...LOCAL,
  },
  {
    'file.yml':
      'name: main\nendpoint_name: ep1\ntype: model\ncompute: azureml:cpu\nmodel: azureml:m@latest\nresources: {instance_count: 1}\nsettings: {mini_batch_size: 2, output_action: append_row, retry_settings: {timeout: 30}}\n',
  },
  {
    'file.yml':
      'name: s\ntrigger: {type: recurrence, frequency: day, interval: 1, schedule: {hours: [1], minutes: 0}, start_time: "2026-01-01T00:00:00"}\ncreate_job: {job: job.yml, settings: {force_rerun: false}}\n',
    'job.yml': 'type: pipeline\njobs: {a: {command: x, environment: azureml:e:1, compute: azureml:c}}\n',
  },
  {
    'file.yml':
      'name: s\ntrigger: {type: cron, expression: "0 * * * *"}\ncreate_monitor:\n  compute: {instance_type: x, runtime_version: "3.4"}\n  monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:e:d}\n  monitoring_signals:\n    a: {type: data_drift, metric_thresholds: {numerical: {jensen_shannon_distance: 0.1}}}\n    b: {type: custom, component_id: azureml:c:1, metric_thresholds: [{metric_name: m, threshold: 1}], input_data: {x: {input_data: {type: mltable, path: azureml:d:1}}}}\n',
  },
];

/** YAML files of a corpus of real ones: `{ folder, names }`, or nothing where there is none. */
export function corpusFiles(corpus: string | undefined): { root: string; names: string[] } | undefined {
  if (!corpus || !existsSync(join(corpus, 'tree'))) return undefined;
  const root = join(corpus, 'tree');
  const paths = readFileSync(join(corpus, 'expected.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { path: string }).path);
  return { root, names: paths.filter((path) => existsSync(join(root, path))) };
}
