import assert from 'node:assert/strict';
import type { RecordedRequest } from '../../sandbox/contracts.ts';
import { type Fixture, type Run, type Step, stream, task, writes } from './fixture.ts';

export const start = (source: string, inputs: Record<string, string>, more: Step = {}): Step =>
  task('AzureMLSubmitJob', 'submit', { source, ...inputs }, more);

/** What the tests of all sources claim about a step. @param current the fixture of the running test */
export function startsIn(current: () => Fixture) {
  /** The job ran to its end and the step told everything about it. */
  const completes = async (step: Step, log: RegExp): Promise<Run> => {
    const run = await current().run([step, stream()]);
    assert.equal(run.result, 'succeeded', run.log);
    const { jobName, jobId, studioUrl, status } = run.step('submit').outputs;
    assert.match(jobId!, new RegExp(`/jobs/${jobName}$`));
    assert.ok(studioUrl!.startsWith(`https://ml.azure.localhost/runs/${jobName}?`), studioUrl);
    assert.ok(status);
    assert.match(run.log, log);
    assert.equal(run.step('stream').outputs.status, 'Completed');
    return run;
  };

  /** The step fails and changes nothing. */
  const fails = async (step: Step): Promise<string> => {
    const run = await current().run([step]);
    assert.equal(run.result, 'failed', run.log);
    assert.deepEqual(writes(run.requests), [], 'nothing is sent');
    assert.doesNotMatch(run.log, /\n\s+at .*:\d+:\d+\)?$/m, 'no stack');
    const errors = run.step('submit').issues.filter(({ type }) => type === 'error');
    assert.ok(errors.length > 0, run.log);
    return run.log;
  };

  /** What `whatIf` prints is what is sent; and `whatIf` sends nothing. Answers the one write. */
  const sendsAsPlanned = async (
    source: string,
    inputs: Record<string, string>,
    neutral: (text: string) => string = (text) => text,
  ): Promise<RecordedRequest> => {
    const plan = await current().run([start(source, { ...inputs, whatIf: 'true' })]);
    assert.equal(plan.result, 'succeeded', plan.log);
    assert.deepEqual(writes(plan.requests), []);
    const lines = plan.step('submit').log.join('\n');
    const groups = [...lines.matchAll(/##\[group\](.*)\n([\s\S]*?)##\[endgroup\]/g)];
    assert.equal(groups.length, 1, lines);
    const [, title, body] = groups[0]!;
    const run = await current().run([start(source, inputs)]);
    assert.equal(run.result, 'succeeded', run.log);
    const sent = run.requests.filter(({ method }) => method !== 'GET');
    assert.equal(sent.length, 1);
    const own = (text: string): string =>
      neutral(text).replace(/"(azureml\.git\.build_[a-z]+|pipelines\.step|lineage\.pipelineRun\w*)":"[^"]*"/g, '""');
    const [method, url] = title!.split(' ');
    assert.equal(`${sent[0]!.method} ${sent[0]!.url}`, `${method} ${url!.replace(current().sandbox.azuremlUrl, '')}`);
    assert.equal(own(JSON.stringify(sent[0]!.body)), own(JSON.stringify(JSON.parse(body!))));
    return sent[0]!;
  };

  return { completes, fails, sendsAsPlanned };
}
