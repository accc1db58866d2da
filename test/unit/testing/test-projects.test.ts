import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  alone,
  computing,
  listTestFiles,
  live,
  needsOf,
  projectOf,
  projectsOf,
  testProjects,
} from '../../../scripts/testing/test-projects.mjs';

const root = path.resolve('.');
const files = [
  'test/unit/pipeline/clocks.test.ts',
  'test/unit/renderer/format.test.ts',
  'test/integration/take/many-people.test.ts',
  'test/integration/timed/take/take-faults.test.ts',
  'test/integration/finalize/finalize.test.ts',
  'test/integration/cli/cli-record.test.ts',
  'test/integration/console/console-host.test.ts',
  'test/integration/copy/copied-take.test.ts',
  'test/e2e/console.test.ts',
  'test/electron/old-electron.test.ts',
  'test/renderer/window.test.ts',
];
const everything = [
  'unit',
  'finalize',
  'cli',
  'console',
  'copy',
  'integration',
  'timed',
  'e2e',
  'electron',
  'window',
];
const projects = (...args: string[]): readonly string[] => projectsOf(args, files, root);

describe('the projects that a command line runs', () => {
  it.each([
    ['no choice at all', [], everything],
    ['a unit test', ['test/unit/pipeline/clocks.test.ts'], ['unit']],
    ['a unit test of the window', ['test/unit/renderer/format.test.ts'], ['unit']],
    ['a test of the window', ['test/renderer/window.test.ts'], ['window']],
    ['a take', ['test/integration/take/many-people.test.ts'], ['integration']],
    ['a take that is copied', ['test/integration/copy/copied-take.test.ts'], ['copy']],
    ['a take by the clock', ['test/integration/timed/take/take-faults.test.ts'], ['timed']],
    ['finished files', ['test/integration/finalize/finalize.test.ts'], ['finalize']],
    ['commands', ['test/integration/cli/'], ['cli']],
    [
      'everything that needs an encoder',
      ['test/integration'],
      ['finalize', 'cli', 'console', 'copy', 'integration', 'timed'],
    ],
    ['a part of a name', ['clocks'], ['unit']],
    ['a part of several names', ['renderer'], ['unit', 'window']],
    ['a folder', ['test/electron/'], ['electron']],
    ['files of two projects', ['clocks', 'old-electron'], ['unit', 'electron']],
    ['one line of a file', ['test/unit/pipeline/clocks.test.ts:12'], ['unit']],
    ['a path from here', ['./test/e2e/console.test.ts'], ['e2e']],
    ['an absolute path', [path.join(root, 'test/e2e/console.test.ts')], ['e2e']],
    ['a named project', ['--project', 'integration'], ['integration']],
    ['two named projects', ['--project=unit', '--project', 'window'], ['unit', 'window']],
    ['a project and a file of it', ['--project', 'unit', 'renderer'], ['unit']],
    ['a pattern for projects', ['--project', 'e*'], everything],
    ["an option's value", ['-t', 'goes on', 'clocks'], ['unit']],
    ["nothing but an option's value", ['-t', 'goes on'], everything],
  ])('%s', (_, args, expected) => {
    expect(projects(...args)).toEqual(expected);
  });
});

describe('what they need', () => {
  it('is nothing for unit tests', () => {
    expect(needsOf(['unit'])).toEqual({});
  });

  it('is no media server and no build for the tests of the window', () => {
    expect(needsOf(['unit', 'window'])).toEqual({ browser: true, testFfmpeg: true });
  });

  it('is an encoder, and no server, for files', () => {
    expect(needsOf(['finalize'])).toEqual({ build: 'programs', testFfmpeg: true });
  });

  it('is the sum for several', () => {
    expect(needsOf(['window', 'integration'])).toEqual({
      browser: true,
      build: 'programs',
      testFfmpeg: true,
      livekitServer: true,
    });
    expect(
      needsOf(['unit', 'finalize', 'cli', 'copy', 'integration', 'timed', 'e2e', 'electron', 'window']),
    ).toEqual({
      build: 'programs',
      renderer: true,
      testFfmpeg: true,
      livekitServer: true,
      browser: true,
      livekitClient: true,
      oldElectron: true,
    });
  });
});

it('knows every test file there is', () => {
  const found = listTestFiles(root);
  expect(found).toContain('test/unit/testing/test-projects.test.ts');
  expect(found.filter((file) => projectOf(file) === undefined)).toEqual([]);
});

it('runs every project once', () => {
  expect([...computing, ...live].toSorted()).toEqual(Object.keys(testProjects).toSorted());
});

it('has a take that is judged by the clock among what is live, however much computes beside it', () => {
  const timed = listTestFiles(root).filter(
    (file) =>
      !file.startsWith('test/unit/') && readFileSync(path.join(root, file), 'utf8').includes('timedTest('),
  );
  expect(timed.length).toBeGreaterThan(5);
  const ofComputing = timed.filter((file) => computing.some((name) => name === projectOf(file)));
  expect(ofComputing).toEqual(['test/renderer/take-player.test.ts']);
});

it('names files that there are, of those that are judged by the clock, to run alone', () => {
  const known = listTestFiles(root);
  expect(alone.filter((file) => !known.includes(file))).toEqual([]);
  expect(new Set(alone.map((file) => projectOf(file)))).toEqual(new Set(['timed']));
});
