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

it('says who is not recorded, and why', () => {
  const open = { withVideo: 20, audioOnly: 30 };
  expect(new FileAllowance(50, large).refusal('ada', open)).toMatchObject({
    code: 'tooManyFiles',
    message: 'ada is not recorded: the take already has 50 open files, the most that it may have.',
  });
  expect(new FileAllowance(null, large).refusal('The camera of ada', open)).toMatchObject({
    message:
      'The camera of ada is not recorded: the take already has 50 open files, as many as this machine carries.',
  });
});

it('knows the machine that it runs on', () => {
  const { cores, descriptors, memoryBytes } = thisMachine();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(memoryBytes).toBeGreaterThan(100e6);
  expect(descriptors ?? Infinity).toBeGreaterThan(100);
});
