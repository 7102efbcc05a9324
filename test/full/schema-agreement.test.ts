import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFile } from '../../lib/compiler/compile-file.ts';
import { parseOverrides } from '../../lib/compiler/yaml/overrides.ts';
import { UserError } from '../../lib/core/errors.ts';
import type { PlannedRequest } from '../../lib/plan/plan.ts';
import { readMembers, undeclaredMembers } from '../unit/compiler/api-members.ts';
import { readSchemas, type Schemas } from './bicep-types.ts';

// The schemas of the API and the corpus of real files are not part of the project. These tests are there when both
// folders are named: MODEL_BRIDGE_SPECS (<api-version>/types.json) and MODEL_BRIDGE_CORPUS (tree/, expected.jsonl).
const specs = process.env.MODEL_BRIDGE_SPECS;
const corpus = process.env.MODEL_BRIDGE_CORPUS;

const WORKSPACE =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

/** `.../workspaces/ws/models/m/versions/1` is of the type `Microsoft.MachineLearningServices/workspaces/models/versions`. */
function resourceTypeOf(path: string): string {
  const [provider, ...rest] = path.split('/providers/')[1]!.split('/');
  return [provider, ...rest.filter((_, i) => i % 2 === 0)].join('/');
}

/** Files that only Microsoft's tools take: a step has an input that its component does not declare (docs/parity.md). */
const REFUSED = ['nyc_taxi_data_regression_with_pipeline_component/pipeline.yml'];

if (specs && corpus && existsSync(join(corpus, 'expected.jsonl')))
  describe('requests and the schemas of the API', () => {
    const schemas = new Map<string, Schemas>();
    const members = readMembers();
    /** What does not agree: with the version's schema where it is at hand, else with the members that it declares. */
    const mismatches = (request: PlannedRequest): string[] => {
      const { apiVersion: version, path, body } = request;
      const types = join(specs, version, 'types.json');
      if (!existsSync(types)) return undeclaredMembers(members, request) ?? [`${version} is not known`];
      const known = schemas.get(version) ?? readSchemas(types);
      schemas.set(version, known);
      return known.mismatches(resourceTypeOf(path), body);
    };
    const entries = readFileSync(join(corpus, 'expected.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { kind: string; path: string; rejected?: boolean; set?: Record<string, string> },
      );

    /** The file's requests; none when it is refused. */
    const requestsOf = (path: string, set: Record<string, string> = {}): PlannedRequest[] => {
      try {
        const plan = compileFile({
          file: join(corpus, 'tree', path),
          shownFrom: corpus,
          workspace: WORKSPACE,
          location: 'eastus',
          jobName: 'job',
          overrides: parseOverrides(
            Object.entries(set)
              .map(([name, value]) => `${name}=${value}`)
              .join('\n'),
          ),
        });
        return [...plan.steps.flatMap((step) => (step.kind === 'upload' ? [] : [step.request])), plan.main];
      } catch (error) {
        if (error instanceof UserError) return [];
        throw error;
      }
    };

    for (const kind of [...new Set(entries.map((entry) => entry.kind))].sort())
      it(`agree for ${kind}`, () => {
        const wrong: string[] = [];
        const refused: string[] = [];
        let compiled = 0;
        for (const { path, set } of entries.filter((entry) => entry.kind === kind && !entry.rejected)) {
          const requests = requestsOf(path, set);
          if (requests.length > 0) compiled++;
          else if (!REFUSED.some((one) => path.endsWith(one))) refused.push(path);
          for (const request of requests)
            for (const mismatch of mismatches(request))
              wrong.push(`${path}: ${resourceTypeOf(request.path).split('/').slice(2).join('/')} ${mismatch}`);
        }
        assert.ok(compiled > 0, 'no file of this kind is compiled');
        assert.deepEqual(refused, [], 'files that are refused agree with nothing');
        assert.deepEqual([...new Set(wrong)].slice(0, 20), []);
      });
  });

if (specs)
  describe('the check of bodies against schemas', () => {
    it('finds what does not agree', () => {
      const { mismatches } = readSchemas(join(specs, '2026-05-01', 'types.json'));
      const type = 'Microsoft.MachineLearningServices/workspaces/jobs';
      assert.deepEqual(mismatches(type, { properties: { jobType: 'Command', command: 'x', environmentId: 'e' } }), []);
      assert.deepEqual(
        mismatches(type, { properties: { jobType: 'Command', command: 1, environmentId: 'e', colour: 2 } }),
        ['.properties.command: 1 is not text', '.properties.colour is not known'],
      );
      assert.deepEqual(mismatches(type, { properties: { jobType: 'Commando' } }).length, 1);
      assert.deepEqual(mismatches(type, { properties: { jobType: 'Command', command: 'x', status: 'Completed' } }), [
        '.properties.status is read-only',
        '.properties.environmentId is missing',
      ]);
    });
  });
