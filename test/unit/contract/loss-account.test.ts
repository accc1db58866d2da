import { describe, expect, it } from 'vitest';
import {
  accountOfManifest,
  accountOfSnapshot,
  type LossAccount,
} from '../../../src-main/contract/loss-account.js';
import { type Manifest, manifestFileSchema } from '../../../src-main/contract/manifest.js';
import type { SignalGap } from '../../../src-main/contract/signal-alarms.js';
import type { SinkSnapshot } from '../../../src-main/contract/snapshot.js';
import type { LossGap } from '../../../src-main/contract/stamps.js';
import { completeStamp } from '../../../src-main/finalize/complete-stamp.js';
import { describeAccount, lossText } from '../../../src-main/format/loss-account-text.js';
import { sinkWith, snapshot } from '../renderer/stores/snapshots.js';

type Entry = Manifest['files'][number];

/** Ten minutes at 30 fps of which nothing is missing, but for what a test says. */
function file(change: Partial<Entry> = {}): Entry {
  const entry = manifestFileSchema.parse({
    ...{ file: 'ada.mp4', identity: 'ada', participantName: 'Ada', kind: 'participant', state: 'verified' },
    ...{ canvas: { width: 1280, height: 720 }, videoCodec: 'h264', audioCodec: 'aac' },
    segments: [{ file: 'ada.mp4', startMs: 0, endMs: 600_000 }],
    ...{ durationMs: 600_000, sizeBytes: 1_000_000, sha256: null, problem: null },
    video: { received: 18_000, written: 18_000, queued: 0, dropped: {} },
    audio: { received: 60_000, written: 60_000, queued: 0, dropped: {} },
    ...{ audioSilenceMs: 0, maxFrameGapMs: 50, missedFrames: 0, gaps: [] },
    ...change,
  });
  const intact = { isEarned: true, problem: null, packets: null, worstGap: null };
  return { ...entry, stamps: { intact, complete: completeStamp(entry) } };
}

const manifest = (files: Entry[], change: Partial<Manifest> = {}): LossAccount =>
  accountOfManifest({ files, notRecorded: [], ...change });

const running = (change: Partial<SinkSnapshot> = {}, missing = { tracks: 0, signals: 0 }): LossAccount =>
  accountOfSnapshot({ sinks: [{ ...sinkWith({}, 18_000, 18_000), ...change }], missing });

const track = {
  ...{ identity: 'ben', participantName: 'Ben', role: 'camera', code: 'trackWithheld' },
  ...{ message: 'Ben’s camera is withheld.', sinceMs: 0 },
} as const;
const signal: SignalGap = {
  ...{ trackSid: 'TR_1', identity: 'ada', participantName: 'Ada', role: 'microphone', kind: 'noAudio' },
  ...{ hadSignal: true, fromMs: 0, toMs: 9_000, file: 'ada.mp4' },
};
const gap: LossGap = {
  ...{ stream: 'video', atMs: 4_000, durationMs: 1_200, cause: 'neverArrived', lostFrames: null },
};

describe('the account of a take', () => {
  it('says that nothing is lost only when nothing is, and that it may change while the take runs', () => {
    expect(describeAccount(running(), 'running')).toEqual({ tone: 'good', text: 'nothing lost so far' });
    expect(describeAccount(running(), 'unsettled')).toEqual({ tone: 'good', text: '' });
    expect(describeAccount(manifest([file()]), 'checked')).toEqual({ tone: 'good', text: 'nothing lost' });
  });

  it.each([
    ['a gap of which nothing was counted', { gaps: { count: 1, longestMs: 300 } }, '1 gap', 'warning'],
    ['a long gap', { gaps: { count: 2, longestMs: 1_200 } }, '2 gaps', 'bad'],
  ])('never says so beside %s', (_, change, text, tone) => {
    for (const moment of ['running', 'unsettled', 'checked'] as const)
      expect(describeAccount(running(change), moment)).toEqual({ tone, text });
  });

  it('tells of audio that is shorter than a gap, and what it counts as', () => {
    const { audio } = sinkWith({}, 18_000, 18_000);
    const short = { audio: { ...audio, lostMs: 40, accounting: { ...audio.accounting, written: 60_000 } } };
    expect(describeAccount(running(short), 'running')).toEqual({
      tone: 'good',
      text: '0.04 s of audio lost, counts as complete',
    });
  });

  it('counts tracks that were not handed over, and signals that did not come', () => {
    expect(describeAccount(running({}, { tracks: 1, signals: 0 }), 'running')).toEqual({
      tone: 'bad',
      text: '1 track missing',
    });
    expect(describeAccount(running({}, { tracks: 0, signals: 2 }), 'running')).toEqual({
      tone: 'warning',
      text: '2 signals missing',
    });
    const later = manifest([file()], { notRecorded: [track, track], signalGaps: [signal, signal] });
    expect(describeAccount(later, 'checked')).toEqual({
      tone: 'bad',
      text: '1 track missing, 1 signal missing',
    });
  });

  it('is the same by a snapshot and by the manifest', () => {
    const video = { received: 18_000, written: 17_776, queued: 0, dropped: { queueFull: 224 } };
    const entry = file({ video: video as Entry['video'], gaps: [gap] });
    const [live, kept] = [
      running({
        ...sinkWith({ queueFull: 224 }, 18_000, 17_776),
        gaps: { count: 1, longestMs: gap.durationMs },
      }),
      manifest([entry]),
    ];
    expect(lossText(live)).toBe('224 frames lost, 1 gap');
    expect(lossText(kept)).toBe('224 frames lost, 1 gap');
    expect(kept.losses.video).toEqual(live.losses.video);
    expect(kept.dropped.video).toEqual(live.dropped.video);
    expect(kept.grade).toBe(live.grade);
  });

  it('knows what is missing of a file that was never finalized, and claims nothing else of it', () => {
    const left = { ...file(), stamps: undefined };
    expect(describeAccount(manifest([left]), 'checked')).toEqual({ tone: 'warning', text: '' });
    expect(lossText(manifest([{ ...left, gaps: [gap] }]))).toBe('1 gap');
  });

  it('says of tracks that are back that they were missing for a while, and of those that are not that they are', () => {
    const textOf = (missingTracks: number, missingNow?: number): string | null =>
      lossText({ ...running(), missingTracks, ...(missingNow !== undefined && { missingNow }) });
    expect([textOf(4, 4), textOf(4, 1), textOf(4, 0), textOf(1, 0), textOf(4)]).toEqual([
      '4 tracks missing',
      '1 track missing, 3 for a while',
      '4 tracks missing for a while',
      '1 track missing for a while',
      '4 tracks missing',
    ]);
  });

  it('calls a file not complete whose counts do not add up', () => {
    const broken = file({ video: { ...file().video, received: 18_100 } });
    expect(describeAccount(manifest([broken]), 'checked')).toEqual({ tone: 'bad', text: 'not complete' });
  });

  it('has no losses of packets beside frames that are counted', () => {
    const account = { ...running(), lostPackets: 2 };
    expect(lossText(account)).toBe('2 packets lost');
    expect(lossText({ ...manifest([file({ missedFrames: 3 })]), lostPackets: 2 })).toBe('3 frames lost');
  });

  it('has what was dropped by cause, and audio for which silence is not written yet', () => {
    const sink = sinkWith({ queueFull: 3_399, sinkFailed: 1 }, 9_240, 5_840);
    const { dropped } = sink.audio.accounting;
    const accounting = { ...sink.audio.accounting, dropped: { ...dropped, queueFull: 10_273 } };
    const account = accountOfSnapshot({
      sinks: [{ ...sink, audio: { ...sink.audio, lostMs: 90_000, accounting } }],
    });
    expect(account.losses.video).toEqual({ dueFrames: 9_240, lostFrames: 3_400, missedFrames: 0 });
    expect(account.dropped.video.queueFull).toBe(3_399);
    expect(account.dropped.audio.queueFull).toBe(10_273);
    expect(describeAccount(account, 'running')).toEqual({
      tone: 'bad',
      text: '3,400 frames and 102.7 s of audio lost',
    });
  });

  it('sums up all files of a take that runs', () => {
    const account = accountOfSnapshot(snapshot(60_000));
    expect(account.losses.video.dueFrames).toBeGreaterThan(0);
    expect(account.grade).toBe('complete');
  });
});
