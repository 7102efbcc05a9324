import assert from 'node:assert/strict';
import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import { findModelVersion, findNewestModelVersion } from '../../../lib/azureml/models.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';

type Answer = number | object | string | undefined;

/** A workspace whose answers are given by the end of the address; a number is an error's status. */
function workspaceWith(answers: Record<string, Answer>): Workspace {
  const send = async ({ url }: { url: string }): Promise<{ body: unknown; text: string }> => {
    const key = Object.keys(answers).find((part) => url.replace('https://arm/ws/', '').startsWith(part));
    assert.ok(key !== undefined, `unexpected ${url}`);
    const answer = answers[key];
    if (typeof answer === 'number')
      throw new AzureError({ status: answer, code: 'X', message: 'x', method: 'GET', url });
    return typeof answer === 'object'
      ? { body: answer, text: JSON.stringify(answer) }
      : { body: undefined, text: answer ?? '' };
  };
  return {
    client: { cloud: { armUrl: 'https://arm' }, send },
    url: 'https://arm/ws',
    audience: 'arm',
    apiVersionOf,
  } as unknown as Workspace;
}

const NONE = { value: [] };
const made = (version: string, createdAt: string) => ({
  name: version,
  id: `/models/m/versions/${version}`,
  properties: { modelUri: 'u' },
  systemData: { createdAt },
});
const VERSION = made('7', '2026-02-01T00:00:00Z');
const OLDER = made('6', '2026-01-01T00:00:00Z');
const nextLink = 'https://arm/ws/more';

describe('the newest version of a model', () => {
  const found: Record<string, Record<string, Answer>> = {
    'on the first page': {
      'models/m/versions?': { value: [VERSION] },
      'models/m?': 404,
      'models/m/versions/7?': VERSION,
    },
    'on a page behind an empty one': {
      'models/m/versions?': { value: [], nextLink },
      more: { value: [VERSION] },
      'models/m?': { properties: { latestVersion: '7' } },
      'models/m/versions/7?': VERSION,
    },
    'in the container while the list has an older one alone': {
      'models/m/versions?': { value: [OLDER] },
      'models/m?': { properties: { latestVersion: '7' } },
      'models/m/versions/7?': VERSION,
      'models/m/versions/6?': OLDER,
    },
    'on the first page while its number is not the highest': {
      'models/m/versions?': { value: [VERSION] },
      'models/m?': { properties: { latestVersion: '10' } },
      'models/m/versions/7?': VERSION,
      'models/m/versions/10?': { ...OLDER, name: '10', id: '/models/m/versions/10' },
    },
    'on the first page while the latest version is deleted': {
      'models/m/versions?': { value: [VERSION] },
      'models/m?': { properties: { latestVersion: '8' } },
      'models/m/versions/7?': VERSION,
      'models/m/versions/8?': 404,
    },
    'in the container while the list lags': {
      'models/m/versions?': NONE,
      'models/m?': { properties: { latestVersion: '7' } },
      'models/m/versions/7?': VERSION,
    },
    'in the container while the list is not found': {
      'models/m/versions?': 404,
      'models/m?': { properties: { latestVersion: '7' } },
      'models/m/versions/7?': VERSION,
    },
  };
  for (const [where, answers] of Object.entries(found))
    it(`is found ${where}`, async () => {
      assert.equal((await findNewestModelVersion(workspaceWith(answers), 'm'))?.name, '7');
    });

  const none: Record<string, Record<string, Answer>> = {
    'no model has the name': {
      'models/m/versions?': 404,
      'models/m?': 404,
      'models?': { value: [{ name: 'other' }], nextLink },
      more: { value: [{ name: 'm2' }] },
    },
    'the model has no version': {
      'models/m/versions?': NONE,
      'models/m?': { properties: { latestVersion: null, nextVersion: '1' } },
    },
  };
  for (const [when, answers] of Object.entries(none))
    it(`is none when ${when}`, async () => {
      assert.equal(await findNewestModelVersion(workspaceWith(answers), 'm'), undefined);
    });

  const errors: Record<string, [RegExp, Record<string, Answer>]> = {
    'the list of models has it': [
      /contradicts itself about the model 'm': the list of models has it/,
      {
        'models/m/versions?': 404,
        'models/m?': 404,
        'models?': { value: [], nextLink },
        more: { value: [{ name: 'm' }] },
      },
    ],
    'its latest version is not there': [
      /its latest version is 7, but that version can't be read/,
      { 'models/m/versions?': NONE, 'models/m?': { properties: { latestVersion: '7' } }, 'models/m/versions/7?': 404 },
    ],
    'the list has one that is not there, and there is no container': [
      /the list of its versions has 7, but that version can't be read/,
      { 'models/m/versions?': { value: [VERSION] }, 'models/m?': 404, 'models/m/versions/7?': 404 },
    ],
    'the list is an empty object': [/answered GET .* without a list: \{\}/, { 'models/m/versions?': {} }],
    'the list has no items': [/without a list/, { 'models/m/versions?': { value: null } }],
    'the list is a page of a proxy': [/without a list: <html>$/, { 'models/m/versions?': '<html>\nSign in' }],
    'the list is empty text': [/the answer is empty/, { 'models/m/versions?': undefined }],
    'the second page is odd': [/without a list/, { 'models/m/versions?': { value: [], nextLink }, more: { odd: 1 } }],
    'the second page is not found': [/404/, { 'models/m/versions?': { value: [], nextLink }, more: 404 }],
    'the second page of the list of models is not found': [
      /404/,
      { 'models/m/versions?': 404, 'models/m?': 404, 'models?': { value: [], nextLink }, more: 404 },
    ],
    'the container is null inside': [
      /without the properties/,
      { 'models/m/versions?': NONE, 'models/m?': { properties: null } },
    ],
    'the container is odd': [/without the properties/, { 'models/m/versions?': NONE, 'models/m?': {} }],
    'the list of models is odd': [/without a list/, { 'models/m/versions?': 404, 'models/m?': 404, 'models?': 'no' }],
    'the list fails': [/500/, { 'models/m/versions?': 500 }],
    'the list is forbidden': [/403/, { 'models/m/versions?': 403 }],
  };
  for (const [when, [message, answers]] of Object.entries(errors))
    it(`is an error when ${when}`, async () => {
      await assert.rejects(findNewestModelVersion(workspaceWith(answers), 'm'), message);
    });

  it('is not a version that comes without properties', async () => {
    await assert.rejects(
      findModelVersion(workspaceWith({ 'models/m/versions/1?': {} }), 'm', '1'),
      /without the properties/,
    );
  });
});
