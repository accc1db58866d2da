import { describe, expect, it } from 'vitest';
import {
  FileAllowance,
  type MachineSize,
  type OpenFiles,
  thisMachine,
} from '../../../src-main/take/max-files.js';

const large: MachineSize = { memoryBytes: 64e9, cores: 2, descriptors: null };

/** The most of one kind that are allowed beside what is open already. */
function mostOf(
  kind: keyof OpenFiles,
  machine: MachineSize,
  { maxFiles = null as number | null, beside = { withVideo: 0, audioOnly: 0 } } = {},
): number {
  const allowance = new FileAllowance(maxFiles, machine);
  let count = 0;
  while (count < 10_000 && allowance.allows({ ...beside, [kind]: beside[kind] + count + 1 })) count += 1;
  return count;
}

describe('as many files are allowed as a machine carries', () => {
  it.each([
    ['cores', large, 32, 80],
    ['memory', { ...large, memoryBytes: 2e9, cores: 64 }, 10, 57],
    ['open files', { ...large, cores: 64, descriptors: 256 }, 31, 31],
    ['nothing at all', { memoryBytes: 50e6, cores: 1, descriptors: 20 }, 1, 1],
  ] as const)('by %s', (_what, machine, withVideo, audioOnly) => {
    expect(mostOf('withVideo', machine)).toBe(withVideo);
    expect(mostOf('audioOnly', machine)).toBe(audioOnly);
  });

  it('and cameras leave less room for microphones', () => {
    expect(mostOf('audioOnly', large, { beside: { withVideo: 16, audioOnly: 0 } })).toBe(40);
    expect(mostOf('withVideo', large, { beside: { withVideo: 0, audioOnly: 40 } })).toBe(16);
  });
});

it('as many as somebody said, whatever the machine is', () => {
  expect(mostOf('audioOnly', large, { maxFiles: 200 })).toBe(200);
  expect(mostOf('withVideo', { ...large, memoryBytes: 1e9 }, { maxFiles: 3 })).toBe(3);
});

it('no more than the system opens, whatever somebody said', () => {
  expect(mostOf('audioOnly', { ...large, descriptors: 128 }, { maxFiles: 200 })).toBe(5);
});

describe('who is not recorded is told, and why', () => {
  it.each([
    [50, large, 'the most that it may have', '--max-files'],
    [
      null,
      { ...large, memoryBytes: 4e9, cores: 64 },
      'as many as the memory of this machine carries',
      '--max-files',
    ],
    [null, large, 'as many as the cores of this machine carry', '--max-files'],
    [null, { ...large, descriptors: 128 }, 'the system allows this program 128 open files', 'ulimit -n 4096'],
    [200, { ...large, descriptors: 128 }, 'the system allows this program 128 open files', 'ulimit -n 4096'],
  ] as const)('by %s of %o', (maxFiles, machine, why, hint) => {
    const allowance = new FileAllowance(maxFiles, machine);
    const open = { withVideo: 20, audioOnly: 30 };
    const wanted = { ...open, withVideo: 21 };
    expect(allowance.allows(wanted)).toBe(false);
    const refusal = allowance.refusal('The camera of ada', open, wanted);
    expect(refusal.code).toBe('tooManyFiles');
    expect(refusal.message).toMatch(/^The camera of ada is not recorded: the take already has 50 files, /);
    expect(refusal.message).toContain(why);
    expect(refusal.hint).toContain(hint);
  });
});

it('knows the machine that it runs on', () => {
  const { cores, descriptors, memoryBytes } = thisMachine();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(memoryBytes).toBeGreaterThan(100e6);
  expect(descriptors ?? Infinity).toBeGreaterThan(100);
});
