import assert from 'node:assert/strict';
import { formatBuildNumber } from '../agent/build-number.ts';
import { formatDate } from '../agent/dates.ts';

describe('run numbers', () => {
  const date = new Date(Date.UTC(2024, 4, 6, 21, 7, 3, 45));
  const known: Record<string, string> = {
    'build.definitionname': 'CIBuild',
    'build.buildid': '752',
    'build.sourcebranchname': 'main',
    'system.teamproject': 'Fabrikam',
    'my.name': 'mine',
  };
  const format = (text: string) => formatBuildNumber(text, date, 2, (name) => known[name.toLowerCase()]);

  for (const [text, expected] of [
    [
      '$(TeamProject)_$(Build.DefinitionName)_$(SourceBranchName)_$(Date:yyyyMMdd).$(Rev:r)',
      'Fabrikam_CIBuild_main_20240506.2',
    ],
    ['$(BuildDefinitionName)-$(BuildID)', 'CIBuild-752'],
    ['$(Year:yyyy).$(Month).$(DayOfMonth)$(Rev:.r)', '2024.5.6.2'],
    ['$(year:yy) $(DayOfYear) $(Hours) $(Minutes) $(Seconds)', '24 127 21 7 3'],
    ['$(Rev:rr)-$(My.Name)', '02-mine'],
    ['$(Date:yyyy-MM-dd)-$(Date:HHmmss)', '2024-05-06-210703'],
    ['$(unknown)', '$(unknown)'],
  ] as const)
    it(`makes ${expected} of ${text}`, () => assert.equal(format(text), expected));

  for (const text of ['a/b', 'a:b', 'ends.', 'x'.repeat(256), 'what?'])
    it(`refuses ${text.slice(0, 10)}`, () =>
      assert.throws(() => format(text), /contains invalid characters, is too long or ends/));

  it('formats dates as .NET does', () => {
    assert.equal(formatDate("dd MMM yyyy 'at' h:mm tt", date), '06 May 2024 at 9:07 PM');
    assert.equal(formatDate('ddd yy.M.d H fff', date), 'Mon 24.5.6 21 045');
    assert.throws(() => formatDate('yyyyQQ', date), /unknown specifier 'QQ'/);
  });
});
