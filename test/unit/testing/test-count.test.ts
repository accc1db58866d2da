import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { addCounts, describeCount, noTests, oneFailure } from '../../../scripts/testing/test-count.mjs';
import CountReporter, {
  besideVariable,
  countFileVariable,
  postponedMark,
} from '../../../scripts/testing/vitest-count-reporter.mjs';

describe('the last lines of a test run', () => {
  it('are one line when nothing was skipped', () => {
    expect(describeCount({ ...noTests(), passed: 12 })).toBe('12 passed, 0 failed, 0 skipped');
  });

  it('shout what was skipped, and why, before the line that machines read', () => {
    const first = { ...noTests(), passed: 3, skipped: 1, skipReasons: ['a take: machine overloaded'] };
    const second = { ...noTests(), passed: 1, skipped: 1, skipReasons: ['the window (needs Chromium)'] };
    expect(describeCount(addCounts(first, second)).split('\n')).toEqual([
      '',
      '!!! 2 SKIPPED, which proves nothing about what they test:',
      '!!!   a take: machine overloaded',
      '!!!   the window (needs Chromium)',
      '4 passed, 0 failed, 2 skipped',
    ]);
  });

  it('name every failure once more, of whichever run it was', () => {
    const runs = [oneFailure('lint: see above'), oneFailure('a.test.ts > a take > fails: 1 is not 2')];
    expect(describeCount(runs.reduce(addCounts)).split('\n')).toEqual([
      '',
      '!!! 2 FAILED:',
      '!!!   lint: see above',
      '!!!   a.test.ts > a take > fails: 1 is not 2',
      '0 passed, 2 failed, 0 skipped',
    ]);
  });
});

describe('what has failed beside other tests', () => {
  it('is shouted, whatever became of it alone', () => {
    const beside = {
      ...noTests(),
      passed: 2,
      postponed: [{ file: 'a.test.ts', group: 'a take' }],
      failedBeside: ['a.test.ts > a take > ends: late'],
    };
    expect(describeCount(addCounts(beside, { ...noTests(), passed: 3 })).split('\n')).toEqual([
      '',
      '!!! 1 FAILED BESIDE OTHER TESTS, and were judged alone (CONTRIBUTING.md):',
      '!!!   a.test.ts > a take > ends: late',
      '5 passed, 0 failed, 0 skipped',
    ]);
  });
});

describe('the count of a run of vitest', () => {
  let folder: string;
  let file: string;
  const variables = [countFileVariable, besideVariable];
  const before = variables.map((name) => process.env[name]);

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'plateau-count-'));
    file = path.join(folder, 'count.json');
    process.env[countFileVariable] = file;
    Reflect.deleteProperty(process.env, besideVariable);
  });

  afterEach(() => {
    variables.forEach((name, index) => {
      if (before[index] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[index];
    });
    rmSync(folder, { recursive: true, force: true });
  });

  /** Only what the reporter reads of them. */
  const testOf = (fullName: string, result: object, meta: object = {}): TestCase =>
    ({
      ...{ type: 'test', name: fullName, fullName, result: () => result, meta: () => meta },
      module: { relativeModuleId: 'a.test.ts' },
    }) as unknown as TestCase;
  interface Group {
    readonly type: 'suite';
    readonly name: string;
    readonly children: { readonly allTests: () => TestCase[] };
    readonly state: () => string;
  }
  const hasFailed = (test: TestCase): boolean => test.result().state === 'failed';
  const groupOf = (name: string, tests: TestCase[], isHookFailed = false): Group => ({
    ...{ type: 'suite', name, children: { allTests: () => tests } },
    state: () => (isHookFailed || tests.some(hasFailed) ? 'failed' : 'passed'),
  });
  /** All of them in one group where it is not said in which. */
  const moduleOf = (
    children: readonly (TestCase | Group)[],
    errors: readonly unknown[] = [],
    isHookFailed = false,
  ): TestModule => {
    const tests = children.flatMap((child) => ('children' in child ? child.children.allTests() : [child]));
    return {
      children: { array: () => children, allTests: () => tests },
      errors: () => errors,
      state: () => {
        const isFailed = children.some((child) => 'children' in child && child.state() === 'failed');
        return isHookFailed || isFailed || errors.length > 0 || tests.some(hasFailed) ? 'failed' : 'passed';
      },
      relativeModuleId: 'a.test.ts',
    } as unknown as TestModule;
  };
  const countOf = (modules: readonly TestModule[], errors: readonly unknown[] = []): unknown => {
    new CountReporter().onTestRunEnd(modules, errors);
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  };

  it('keeps why a test was skipped: its note, or the name of the group that was left out', () => {
    const tests = [
      testOf('a take > is healthy', { state: 'passed' }),
      testOf('a take > is on time', { state: 'skipped', note: 'machine overloaded: tried again once' }),
      testOf('the window (needs Chromium: CHROMIUM_PATH) > opens', { state: 'skipped', note: undefined }),
      testOf('a take > ends', { state: 'pending' }),
      testOf('a take > fails', { state: 'failed', errors: [new Error('1 is not 2\nat line 3')] }),
    ];
    expect(countOf([moduleOf(tests)])).toEqual({
      passed: 1,
      failed: 1,
      skipped: 3,
      skipReasons: [
        'a take > is on time: machine overloaded: tried again once',
        'the window (needs Chromium: CHROMIUM_PATH) > opens: no reason given',
        'a take > ends: it never ended',
      ],
      failures: ['a.test.ts > a take > fails: 1 is not 2'],
      ...{ postponed: [], failedBeside: [] },
    });
  });

  const nothing = { passed: 0, failed: 0, skipped: 0, skipReasons: [], failures: [] };
  const healthy = (): TestCase => testOf('a take > is healthy', { state: 'passed' });
  const late = (): TestCase =>
    testOf('a take > is on time', { state: 'skipped', note: 'late' }, { [postponedMark]: true });
  const failing = (): TestCase =>
    testOf('a take > fails', { state: 'failed', errors: [new Error('1 is not 2')] });

  it('leaves a group that could not be judged beside others to its second run, and no other one', () => {
    process.env[besideVariable] = '1';
    const postponed = [{ file: 'a.test.ts', group: 'a take' }];
    const take = groupOf('a take', [healthy(), late()]);
    expect(countOf([moduleOf([take])])).toEqual({ ...nothing, postponed, failedBeside: [] });
    const other = groupOf('another take', [healthy(), healthy()]);
    expect(countOf([moduleOf([take, other, healthy()])])).toEqual({
      ...{ ...nothing, passed: 3, postponed, failedBeside: [] },
    });
  });

  it('leaves to a second run what failed beside others, and says what it was', () => {
    process.env[besideVariable] = '1';
    const failures = ['a.test.ts > a take > fails: 1 is not 2'];
    expect(countOf([moduleOf([groupOf('a take', [healthy(), failing()]), healthy()])])).toEqual({
      ...{ ...nothing, passed: 1, failedBeside: failures },
      postponed: [{ file: 'a.test.ts', group: 'a take' }],
    });
    // A test outside of every group.
    expect(countOf([moduleOf([healthy(), failing()])])).toEqual({
      ...{ ...nothing, passed: 1, failedBeside: failures },
      postponed: [{ file: 'a.test.ts', group: 'a take > fails' }],
    });
  });

  it('leaves what fails without a test of it to a second run as well', () => {
    process.env[besideVariable] = '1';
    const whole = [{ file: 'a.test.ts', group: null }];
    expect(countOf([moduleOf([], [new Error('no such import')])])).toEqual({
      ...{ ...nothing, postponed: whole, failedBeside: ['a.test.ts: no such import'] },
    });
    const left = (): TestCase => testOf('a take > is healthy', { state: 'skipped', note: undefined });
    expect(countOf([moduleOf([groupOf('a take', [left()], true), healthy()])])).toEqual({
      ...{ ...nothing, passed: 1, failedBeside: ['a.test.ts > a take: before its tests'] },
      postponed: [{ file: 'a.test.ts', group: 'a take' }],
    });
    // A hook of the file: nothing of it counts.
    expect(countOf([moduleOf([healthy()], [], true)])).toEqual({
      ...{ ...nothing, postponed: whole, failedBeside: ['a.test.ts: before its tests'] },
    });
  });

  it('counts a file that cannot be run, and an error that nobody handled, as failures', () => {
    expect(countOf([moduleOf([], [new Error('no such import')])], [new Error('unhandled')])).toMatchObject({
      failed: 2,
      passed: 0,
      failures: ['outside of a test: unhandled', 'a.test.ts: no such import'],
    });
  });
});
