/** The projects that are submitted, written to a folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENVIRONMENT = 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest';

/** A command without code or data. */
export function writeSmall(folder: string): string {
  const file = join(folder, 'small.yml');
  writeFileSync(file, `command: echo hello\nenvironment: ${ENVIRONMENT}\ncompute: azureml:cpu-cluster\n`);
  return file;
}

/** A pipeline of 100 steps that share 60 local components with a code folder each. */
export function writePipeline(folder: string, steps = 100, components = 60): string {
  for (let i = 0; i < components; i++) {
    const own = join(folder, `component-${i}`);
    mkdirSync(join(own, 'src'), { recursive: true });
    writeFileSync(join(own, 'src', 'main.py'), `print(${i})\n`);
    writeFileSync(
      join(own, 'component.yml'),
      [
        '$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json',
        'type: command',
        `name: component_${i}`,
        `display_name: Component ${i}`,
        'inputs: {n: {type: integer, default: 1}, before: {type: uri_folder, optional: true}}',
        'outputs: {out: {type: uri_folder}}',
        'code: ./src',
        `environment: ${ENVIRONMENT}`,
        'command: python main.py $[[--before ${{inputs.before}}]] --n ${{inputs.n}} > ${{outputs.out}}/n',
        '',
      ].join('\n'),
    );
  }
  const lines = ['type: pipeline', 'settings: {default_compute: azureml:cpu-cluster}', 'jobs:'];
  for (let i = 0; i < steps; i++) {
    lines.push(`  step_${i}:`, '    type: command', `    component: ./component-${i % components}/component.yml`);
    lines.push(`    inputs: {n: ${i}${i > 0 ? `, before: "\${{parent.jobs.step_${i - 1}.outputs.out}}"` : ''}}`);
  }
  const file = join(folder, 'pipeline.yml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** A command with a code folder of many small files. */
export function writeManyFiles(folder: string, files = 3000): string {
  for (let i = 0; i < files; i++) {
    const own = join(folder, 'src', `package_${i % 50}`);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, `module_${i}.py`), `"""Module ${i}."""\n\nVALUE = ${i}\n`.repeat(20));
  }
  const file = join(folder, 'many.yml');
  writeFileSync(file, `command: echo hello\ncode: ./src\nenvironment: ${ENVIRONMENT}\ncompute: azureml:cpu-cluster\n`);
  return file;
}
