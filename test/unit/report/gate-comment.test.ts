import assert from 'node:assert/strict';
import { english } from '../../../lib/core/message.ts';
import type { GateReport } from '../../../lib/gate/verdict.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { gateComment } from '../../../lib/report/gate-comment.ts';

describe('the comment of the gate', () => {
  it('links to the run of a project whose name has a space', () => {
    const variables: Record<string, string> = {
      'System.CollectionUri': 'https://dev.azure.com/contoso/',
      'System.TeamProject': 'My Project',
      'Build.BuildId': '7',
      'Build.BuildNumber': '20261128.1',
    };
    const run = readPipelineRun({ variable: (name: string) => variables[name] } as Parameters<
      typeof readPipelineRun
    >[0]);
    const report: GateReport = { verdict: 'pass', rules: [], metrics: [], warnings: [] };
    const subject = { candidate: 'job j', candidateUrl: '', baseline: undefined };
    const comment = gateComment(report, subject, run, english);
    assert.ok(
      comment.includes('[20261128.1](https://dev.azure.com/contoso/My%20Project/_build/results?buildId=7)'),
      comment,
    );
  });
});
