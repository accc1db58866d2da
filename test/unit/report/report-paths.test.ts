import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compare } from '../../../src-main/cli/commands/compare.js';
import { CommandConsole } from '../../../src-main/cli/output/command-console.js';
import { namedFile } from '../../../src-main/report/named-file.js';
import { reportPaths } from '../../../src-main/report/write-report.js';

const take = join('takes', 'standup-1');

it.each([
  ['r.html', 'r.html', 'r.json'],
  ['r.json', 'r.html', 'r.json'],
  ['out/R.JSON', 'out/R.html', 'out/R.JSON'],
  ['r.htm', 'r.htm', 'r.json'],
  ['report', 'report', 'report.json'],
  ['a.b.json', 'a.b.html', 'a.b.json'],
  [join('out', '.json'), join('out', '.html'), join('out', '.json')],
  [join('out', '.html'), join('out', '.html'), join('out', '.json')],
])('writes for --out %s the page %s and the JSON %s', (named, htmlPath, jsonPath) => {
  expect(reportPaths(take, named)).toEqual({ htmlPath, jsonPath });
});

it.each(['r.pdf', 'r.csv', 'r.txt', 'r.html.gz'])(
  'refuses %s, which says that it is something else',
  (named) => {
    expect(() => reportPaths(take, named)).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);

it.each(['manifest.json', 'manifest.html', 'manifest'])(
  'never takes the manifest\u2019s place: %s',
  (name) => {
    expect(() => reportPaths(take, join(take, name))).toThrow(/manifest.json/);
    expect(reportPaths(take, join('elsewhere', name)).jsonPath).toBe(join('elsewhere', 'manifest.json'));
  },
);

it('refuses a comparison\u2019s page under the name of something else', async () => {
  const redactor = { text: (text: string) => text, json: (document: object) => JSON.stringify(document) };
  const console = new CommandConsole({ isJson: false, redactor, environment: {} });
  await expect(compare('a', 'b', { html: 'both.json' }, console)).rejects.toMatchObject({ code: 'usage' });
});

it('takes a folder for the file in it, and says where there is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-named-'));
  try {
    expect(await namedFile(folder, 'report.html')).toBe(join(folder, 'report.html'));
    expect(await namedFile(`${folder}/`, 'report.html')).toBe(join(folder, 'report.html'));
    expect(await namedFile(join(folder, 'r.json'), 'report.html')).toBe(join(folder, 'r.json'));
    for (const name of [join('none', 'r.html'), 'none/']) {
      const refused = namedFile(join(folder, name), 'report.html');
      await expect(refused).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/^There is no folder /) as string,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
