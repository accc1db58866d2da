import { expect, it } from 'vitest';
import { isBalanced } from '../../../src-main/contract/drop-causes.js';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { FrameAccounting } from '../../../src-main/pipeline/accounting.js';
import type { LastMoments } from '../../../src-main/recovery/crash-moment.js';
import { lastAccounts, settledAccounts } from '../../../src-main/recovery/left-segments.js';
import { fileState } from '../../fixtures/copy-states.js';

function account(received: number, written: number, paced: number): ManifestFile['video'] {
  const { dropped } = new FrameAccounting().snapshot();
  return { received, written, queued: received - written - paced, dropped: { ...dropped, paced } };
}

it('takes what earlier parts have counted off the last telemetry, which counts from the take’s beginning', () => {
  const whose = { identity: 'ada', kind: 'participant', trackNumber: 1 };
  const first = {
    ...{ ...whose, file: 'ada.mp4', part: { number: 1, startMs: 0, endMs: 3_000 } },
    ...{ video: account(90, 88, 2), audio: account(300, 300, 0) },
    ...{
      audioSilenceMs: 100,
      audioLostMs: 50,
      audioConcealedMs: 10,
      missedFrames: 3,
      repeatedFrames: 4,
      emptySlots: 1,
    },
  } as unknown as ManifestFile;
  const second = {
    ...{ ...first, file: 'ada-part2.mp4', part: { number: 2, startMs: 3_000, endMs: null } },
    ...{ video: account(0, 0, 0), audio: account(0, 0, 0) },
  };
  const sink = {
    ...{ ...whose, file: 'ada-part2.mp4' },
    video: {
      accounting: account(150, 140, 4),
      missedFrames: 5,
      repeatedFrames: 6,
      emptySlots: 9,
      maxFrameGapMs: 40,
    },
    audio: { accounting: account(500, 490, 0), silenceMs: 130, lostMs: 60, concealedMs: 15 },
  };
  const last = { snapshot: { sinks: [sink] } } as unknown as LastMoments;
  const found = lastAccounts(second, last, [first, second]);
  // What was on its way went with its encoder.
  expect(found.video).toMatchObject({ received: 60, written: 52, queued: 0 });
  expect(found.video.dropped).toMatchObject({ paced: 2, sinkFailed: 6 });
  expect(found.audio).toMatchObject({ received: 200, written: 190, queued: 0 });
  expect(isBalanced(found.video) && isBalanced(found.audio)).toBe(true);
  expect(found).toMatchObject({
    ...{
      audioSilenceMs: 30,
      audioLostMs: 10,
      audioConcealedMs: 5,
      missedFrames: 2,
      repeatedFrames: 2,
      emptySlots: 8,
    },
  });
});

it('knows by the last telemetry what of a copied file was due, and that what was on its way went with its process', () => {
  const { entry, snapshot } = fileState('ada.mkv');
  if (entry.copy === undefined || snapshot === null) throw new Error('It has both.');
  const sent = { fromMs: 300, toMs: 900 };
  const told = { ...entry, copy: { ...entry.copy, audio: { ...entry.copy.audio, sent, isOn: true } } };
  const muted = { ...snapshot, audio: { ...snapshot.audio, isLive: false } };
  const last = { snapshot: { sinks: [muted] } } as unknown as LastMoments;
  const found = lastAccounts(told, last);
  expect(found.copy).toMatchObject({ audio: { sent, isOn: false }, video: { isOn: true } });
  expect(found.video.dropped).toMatchObject({ receiverLost: 3, sinkFailed: 0 });
  const screen = lastAccounts({ ...told, kind: 'screenShare' }, last);
  expect(screen.copy?.video.isOn).toBe(false);
});

it('takes nothing off what a process has counted for the parts of one that was killed before', () => {
  const { entry, snapshot } = fileState('ada-part3.mkv');
  const partOf = (number: number, packets: null | object): ManifestFile =>
    ({
      ...{ ...entry, file: `ada-part${number}.mkv`, part: { number, startMs: number, endMs: number + 1 } },
      segments: [{ file: `ada-part${number}.mkv`, startMs: number, endMs: number + 1, packets }],
    }) as ManifestFile;
  const last = { snapshot: { sinks: [snapshot] } } as unknown as LastMoments;
  const audio = { ...entry.audio, received: 0, written: 0, queued: 0 };
  const third: ManifestFile = { ...entry, audio, part: { number: 3, startMs: 3, endMs: null } };
  const writtenBehind = (...earlier: ManifestFile[]): number | undefined =>
    lastAccounts(third, last, [...earlier, third]).copy?.video.frames.written;
  // Nobody has counted it to its end: its process was gone, and another one began to count.
  expect(writtenBehind(partOf(1, {}), partOf(2, null))).toBe(7);
  expect(writtenBehind(partOf(1, null), partOf(2, {}))).toBe(0);
});

it('counts as lost what waited for an encoder when a take that was being finalized was interrupted', () => {
  const { entry } = fileState('ada.mp4');
  const left = { ...entry, copy: undefined, video: account(150, 110, 8), audio: account(500, 496, 0) };
  const { audio, video } = settledAccounts(left);
  expect(video).toMatchObject({ written: 110, queued: 0, dropped: { paced: 8, sinkFailed: 32 } });
  expect(audio).toMatchObject({ written: 496, queued: 0, dropped: { sinkFailed: 4 } });
  expect(isBalanced(video) && isBalanced(audio)).toBe(true);
});
