import { expect, it } from 'vitest';
import type { LosingStream, LossCause } from '../../../../src-main/contract/loss-watch.js';
import type { RecordingCondition } from '../../../../src-main/contract/snapshot.js';
import { untoldConditions } from '../../../../src-renderer/derive/untold-conditions.js';

function condition(name: RecordingCondition['name'], file: string | null = null): RecordingCondition {
  return { name, file, identity: null, durationMs: 12_000, what: name, advice: '' };
}

function losing(cause: LossCause, file = 'ada.mp4', isLosing = true): LosingStream {
  return { file, cause, isLosing, name: 'Ada', medium: 'video', lost: 9, pixels: null };
}

const all = [
  condition('encoderBehind', 'ada.mp4'),
  condition('encoderBehind', 'ben.mp4'),
  condition('diskSlow'),
  condition('clockDrift', 'ada.mp4'),
  condition('memoryNearBudget'),
  condition('machineOverloaded'),
];

function untold(...streams: readonly LosingStream[]): string[] {
  const alarm = { isLosing: streams.some(({ isLosing }) => isLosing), streams };
  return untoldConditions(all, alarm).map(({ file, name }) => (file === null ? name : `${name} ${file}`));
}

const everything = untold();

it('leaves all of them where there is no alarm', () => {
  expect(untoldConditions(all, null)).toEqual(all);
  expect(everything).toHaveLength(6);
});

it.each([
  ['encoderBehind', ['encoderBehind ada.mp4', 'machineOverloaded']],
  ['diskBehind', ['diskSlow']],
  ['savingMemory', ['memoryNearBudget']],
  ['recorderBusy', ['machineOverloaded']],
  ['encoderFailed', []],
  ['network', []],
  ['order', []],
] as const)('does not repeat a bar that says %s of ada.mp4', (cause, repeated) => {
  const isRepeated = (one: string): boolean => (repeated as readonly string[]).includes(one);
  expect(untold(losing(cause))).toEqual(everything.filter((one) => !isRepeated(one)));
});

it('says what still is so when the bar speaks of the past', () => {
  expect(untold(losing('encoderBehind', 'ada.mp4', false))).toEqual(everything);
});
