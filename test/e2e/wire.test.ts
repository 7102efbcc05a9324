import assert from 'node:assert/strict';
import type { RecordedRequest } from '../../sandbox/contracts.ts';
import { register, stream, submit, useFixture, writes } from './fixture.ts';

/** The requests that a `whatIf` step printed: title and body of every group. */
function printed(lines: readonly string[]): { title: string; body: unknown }[] {
  const text = lines.join('\n');
  return [...text.matchAll(/##\[group\](.*)\n([\s\S]*?)##\[endgroup\]/g)].map(([, title, body]) => ({
    title: title!,
    body: body!.trim() === '' ? undefined : JSON.parse(body!),
  }));
}

/** Recorded writes of ARM with a body, as `PUT path?api-version=x` and the body. */
function sent(requests: readonly RecordedRequest[]): { title: string; body: unknown }[] {
  return requests
    .filter(
      ({ method, body, url }) =>
        method !== 'GET' && body !== undefined && url.startsWith('/subscriptions/') && !/listSecrets/i.test(url),
    )
    .map(({ method, url, body }) => ({ title: `${method} ${url}`, body }));
}

/** The container that the service opened stands where the plan left room for it. */
function withoutContainer(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body).replace(/https:\/\/[^"]*?\.blob\.[^/"]+\/[^/"]+/g, '{container}'));
}

describe('what is sent is what was planned', function () {
  this.timeout(120_000);
  const fixture = useFixture();

  for (const file of ['command', 'steps', 'everything']) {
    it(`for every write of ${file}.yml`, async () => {
      const inputs = { jobName: `wire-${file}`, tags: 'a=b' };
      const plan = await fixture.run([submit(`jobs/${file}.yml`, { ...inputs, whatIf: 'true' })]);
      assert.equal(plan.result, 'succeeded', plan.log);
      assert.deepEqual(writes(plan.requests), [], 'whatIf changes nothing');
      const planned = printed(plan.step('submit').log).filter(
        ({ title, body }) => body !== undefined && !title.includes(' blobs '),
      );
      assert.ok(planned.length >= 2);

      const run = await fixture.run([submit(`jobs/${file}.yml`, inputs)]);
      assert.equal(run.result, 'succeeded', run.log);
      // Anonymous components have ids that the service makes. The build is another one, and so are its number, link and step in the job's properties.
      const neutral = (value: unknown): string =>
        JSON.stringify(withoutContainer(value))
          .replace(/azureml_anonymous\/versions\/[^"/]+/g, 'anonymous')
          .replace(/"(azureml\.git\.build_[a-z]+|pipelines\.(?:step|attempt)|lineage\.pipelineRun\w*)":"[^"]*"/g, '""');
      const wire = sent(run.requests).map(({ title, body }) => ({ title, body: neutral(body) }));
      // What does not depend on each other is sent at the same time, so the order is not the plan's; the job is last.
      const titles = (list: { title: string }[]): string[] => list.map(({ title }) => title).sort();
      assert.deepEqual(titles(wire), titles(planned));
      for (const { title, body } of wire) {
        const match = planned.find((one) => one.title === title);
        assert.ok(match, `${title} was sent but not planned`);
        assert.equal(body, neutral(match.body), title);
      }
      assert.equal(wire.at(-1)!.title.includes(`/jobs/wire-${file}?`), true);
    });
  }

  it('for a model version', async () => {
    const run = await fixture.run([
      submit('jobs/command.yml'),
      stream(),
      { ...register({ whatIf: 'true', tags: 'a=b', description: 'd' }), name: 'plan' },
      register({ tags: 'a=b', description: 'd' }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    const [plan] = printed(run.step('plan').log);
    const [put] = sent(run.requests).filter(({ title }) => title.includes('/models/'));
    // The step is part of the lineage, and these are two steps.
    const neutral = (value: unknown): string => JSON.stringify(value).replace(/"lineage\.pipelineStep":"[^"]*"/, '""');
    assert.equal(neutral(put!.body), neutral(plan!.body));
  });
});
