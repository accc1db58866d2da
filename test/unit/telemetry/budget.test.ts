import { expect, test } from 'vitest';
import { budgetTerms } from '../../../src-main/contract/budget-terms.js';
import { caps, conditionRules } from '../../../src-main/contract/limits.js';
import { copyBudgetLines, copyProcessLine } from '../../../src-main/copy/take/copy-budget.js';
import { budgetSentences } from '../../../src-main/format/budget-text.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import { previewLines } from '../../../src-main/take/preview-budget.js';
import { computeBudget } from '../../../src-main/telemetry/budget.js';

const files = [{ frame: { width: 1280, height: 720, fps: 30 } }, { frame: null }];

test('the lines of a budget add up to it', () => {
  const { lines, totalBytes } = computeBudget(files, 0);
  expect(lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes);
  expect(lines.every(({ bytes }) => bytes >= 0)).toBe(true);
});

test('each buffer of 720p30 and of audio alone is at its cap', () => {
  const frameBytes = 1280 * 720 * 1.5;
  // 10 ms of stereo in 16 bits at 48 kHz.
  const audioBytes = caps.audioFrameMs * 192;
  const bytes = new Map(computeBudget(files, 0).lines.map((line) => [line.buffer, line.bytes]));
  expect(Object.fromEntries(bytes)).toEqual({
    'baseline (Node, SDK)': 150 * 1024 * 1024,
    'young objects (V8)': 32 * 1024 * 1024,
    'earlier connections (SDK)': 0,
    'in use before the take': 0,
    'closed files, not given back': 0,
    decoders: 8 * frameBytes,
    'native video queues': caps.nativeVideoFrames * frameBytes,
    'native audio queues': 2 * caps.nativeAudioFrames * audioBytes,
    'event queue until the watchdog':
      Math.ceil(((caps.loopLateAfterMs + 100) / 1000) * 30) * frameBytes +
      2 * ((caps.audioLoopLateAfterMs + 100) / caps.audioFrameMs) * audioBytes,
    'frame queues': Math.min(caps.frameQueueBytes, caps.frameQueueFrames * frameBytes),
    'frames in flight': 2 * caps.framesInFlight * frameBytes,
    'frames shown again': frameBytes,
    'audio queues': 2 * (caps.audioQueueFrames + caps.framesInFlight * caps.audioBlockFrames) * audioBytes,
    'audio before an encoder stands': 2 * caps.heldAudioMs * 192,
    'compressed data to disk': caps.diskQueueBytes + caps.audioDiskQueueBytes,
    'deleted files that are written anew': 2 * caps.restoreChunkBytes,
    'packets of files that are finalized': 0,
    'packets of takes that are checked': 0,
    // Two copies of two bytes for each character.
    'participants in the manifest': 200 * 2_048 * 4,
    'event log and telemetry': caps.eventLogEntries * 512 + caps.telemetryQueueBytes,
  });
});

test('a healthy take of a microphone is not near it', () => {
  // The most that was seen of one, and of two: both before V8 tidied up for the first time.
  for (const [microphones, peakBytes] of [
    [1, 166.2e6],
    [2, 168.8e6],
  ] as const) {
    const { totalBytes } = computeBudget(Array<(typeof files)[1]>(microphones).fill({ frame: null }), 0);
    expect(peakBytes * 1.03).toBeLessThan(conditionRules.memoryShare * totalBytes);
  }
});

test('frames of many files share one cap', () => {
  const many = Array.from({ length: 40 }, () => ({ frame: { width: 1920, height: 1080, fps: 30 } }));
  const queued = computeBudget(many, 0).lines.find(({ buffer }) => buffer === 'frame queues');
  expect(queued?.bytes).toBe(caps.frameQueueBytes);
});

test('what earlier connections keep is in a line of its own, and nowhere else', () => {
  const before = computeBudget(files, 0);
  const after = computeBudget(files, 12_000_000);
  expect(after.totalBytes - before.totalBytes).toBe(12_000_000);
  const changed = after.lines.filter(({ bytes }, index) => bytes !== before.lines[index]?.bytes);
  expect(changed).toEqual([{ buffer: 'earlier connections (SDK)', bytes: 12_000_000 }]);
});

test('a file that has closed is not reckoned with any more, but for what memory still has of it', () => {
  const open = computeBudget(
    Array.from({ length: 40 }, () => ({ frame: { width: 640, height: 360, fps: 30 } })),
    0,
  );
  const closed = computeBudget([], 0, {}, { beforeBytes: 3e6, closedBytes: 40e6 });
  expect(closed.totalBytes).toBeLessThan(open.totalBytes / 8);
  expect(closed.totalBytes - computeBudget([], 0).totalBytes).toBe(43e6);
  expect(closed.lines).toContainEqual({ buffer: 'in use before the take', bytes: 3e6 });
  expect(closed.lines).toContainEqual({ buffer: 'closed files, not given back', bytes: 40e6 });
  expect(closed.encoderBytes).toBe(0);
});

test('the encoders stand beside the sum, one for each file that is open', () => {
  const one = computeBudget([{ frame: { width: 1280, height: 720, fps: 30 } }], 0);
  // 85 MB were measured.
  expect(one.encoderBytes).toBeGreaterThan(100e6);
  expect(one.encoderBytes).toBeLessThan(140e6);
  expect(one.lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(one.totalBytes);
  expect(computeBudget(files, 0).encoderBytes).toBe(one.encoderBytes + 15e6);
  // A small frame is scaled up to the canvas before it is encoded.
  const small = { width: 320, height: 180, fps: 15 };
  const canvas = { width: 1280, height: 720 };
  expect(computeBudget([{ frame: small, canvas }], 0).encoderBytes).toBe(one.encoderBytes);
});

test('a microphone more costs 15 MB of ffmpeg at the most, and its code only once', () => {
  const audioOnly = (count: number): ReturnType<typeof computeBudget> =>
    computeBudget(
      Array.from({ length: count }, () => ({ frame: null })),
      0,
    );
  const [one, hundred] = [audioOnly(1), audioOnly(100)];
  expect(hundred.encoderBytes - one.encoderBytes).toBe(99 * 15e6);
  // 53.5 MB were measured of one alone.
  expect(one.encoderBytes).toBeGreaterThan(54e6);
  expect(one.encoderBytes).toBeLessThan(70e6);
  // The recorder beside it: 2 MB of each were measured, while its queue of 5 s (1 MB) was empty.
  expect((hundred.totalBytes - one.totalBytes) / 99).toBeLessThan(7.5e6);
});

test('has a line for the packets of files that are finalized, of which no more than four streams are read at once', () => {
  const line = (packets: readonly number[]): number =>
    computeBudget([], 0, { finalized: packets }).lines.find(
      ({ buffer }) => buffer === 'packets of files that are finalized',
    )?.bytes ?? -1;
  expect(line([])).toBe(0);
  // Two tables of 8 bytes a packet in arrays of up to twice that, and 24 bytes of the header.
  expect(line([100_000, 50_000])).toBe(56 * 150_000);
  expect(line([10_000, 20_000, 30_000, 40_000, 50_000])).toBe(56 * 140_000);
  expect(line([1e9])).toBe(56 * caps.tableSamples);
});

test('has a line for the replay buffer while that is on, and none otherwise', () => {
  const off = computeBudget([], 0);
  const on = computeBudget([], 0, { replayBytes: 60e6 });
  expect(on.totalBytes - off.totalBytes).toBe(60e6);
  expect(on.lines).toContainEqual({ buffer: 'replay buffer', bytes: 60e6 });
  expect(off.lines.map(({ buffer }) => buffer)).not.toContain('replay buffer');
});

test('has a line for the second copy of a take that has one', () => {
  const without = computeBudget([], 0);
  const withCopy = computeBudget([], 0, { hasBackup: true });
  expect(withCopy.totalBytes - without.totalBytes).toBe(caps.backupBytes);
  expect(withCopy.lines).toContainEqual({ buffer: 'second copy of the take', bytes: caps.backupBytes });
});

test('every term is listed, in order, and explained in one sentence', () => {
  const others = [
    copyProcessLine,
    ...copyBudgetLines({ files: 1, videoTracks: 1, audioTracks: 1 }),
    ...previewLines(() => [{ kind: 'video', declaredSize: null } as PublicationInfo]),
  ];
  const on = computeBudget(files, 0, { replayBytes: 60e6, hasBackup: true, others });
  expect(on.lines.map(({ buffer }) => buffer)).toEqual(budgetTerms);
  for (const term of budgetTerms) expect(budgetSentences[term]).toMatch(/^[A-Z][^!?]{20,110}\.$/);
});
