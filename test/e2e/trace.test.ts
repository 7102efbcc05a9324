import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '../../lib/lineage/lineage.ts';
import { createRepository, type History } from '../../sandbox/test/git-repository.ts';
import { ROOT } from '../../scripts/layout.ts';
import { type Run, register, type Step, stream, submit, task, useFixture } from './fixture.ts';

const traced = (from: string, more: Record<string, string> = {}, step: Step = {}): Step =>
  task('AzureMLTraceModel', 'trace', { from, ...more }, step);

describe('tracing', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  let folder: string;
  let history: History;
  let first: Run;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'traced-'));
    cpSync(join(ROOT, 'test/fixtures/project'), folder, { recursive: true });
    const { devops } = fixture.sandbox;
    const item = devops.addWorkItem({ title: 'Predict with tenure' });
    history = createRepository(folder, item);
    first = await fixture.run([submit('jobs/command.yml'), stream(), register({ modelName: 'churn' })], {
      sourcesFolder: folder,
      commit: history.first,
    });
    assert.equal(first.result, 'succeeded', first.log);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('walks from a model to its job, its build and its commit', async () => {
    const run = await fixture.run([traced('model:churn:1')], { sourcesFolder: folder });
    console.log(run.log);
    for (const { name, file } of [...first.attachments, ...run.attachments]) if (name.endsWith('.md')) console.log(name, readFileSync(file, 'utf8'));
    assert.equal(run.result, 'succeeded', run.log);
    const lineage: Lineage = JSON.parse(readFileSync(run.attachments.find(({ name }) => name === 'model-lineage.json')!.file, 'utf8'));
    console.log(JSON.stringify(lineage.missing), run.step('trace').outputs);
  });
});
