import { describe, expect, it } from 'vitest';
import type { CopyStream } from '../../../src-main/contract/copy-account.js';
import { dropCauseNames } from '../../../src-main/contract/drop-causes.js';
import type { Accounting } from '../../../src-main/contract/manifest.js';
import type { LossGap } from '../../../src-main/contract/stamps.js';
import { completeStamp, type Recorded } from '../../../src-main/finalize/complete-stamp.js';

function accounting(received: number, dropped: Partial<Accounting['dropped']> = {}): Accounting {
  const none = Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])) as Accounting['dropped'];
  const all = { ...none, ...dropped };
  const written = received - Object.values(all).reduce((sum, count) => sum + count, 0);
  return { received, written, queued: 0, dropped: all };
}

function recorded(changes: Partial<Recorded> = {}): Recorded {
  return {
    segments: [{ file: 'ada.mp4', startMs: 0, endMs: 10_000 }],
    canvas: { width: 64, height: 36 },
    video: accounting(300),
    audio: accounting(1_000),
    audioSilenceMs: 0,
    audioLostMs: 0,
    missedFrames: 0,
    gaps: [],
    ...changes,
  };
}

const gap: LossGap = {
  stream: 'video',
  atMs: 4_000,
  durationMs: 4_100,
  cause: 'encoderEnded',
  lostFrames: null,
};

describe('completeStamp', () => {
  it('is earned by a file that lacks nothing, and says what it consists of', () => {
    expect(completeStamp(recorded({ audioSilenceMs: 20 }))).toEqual({
      isEarned: true,
      problem: null,
      grade: 'complete',
      losses: {
        video: { dueFrames: 300, lostFrames: 0, missedFrames: 0 },
        audio: { dueMs: 10_000, lostMs: 0 },
      },
      gaps: 0,
      armedMs: 10_000,
      lostFrames: 0,
      missedFrames: 0,
      audioMs: 10_000,
      silenceMs: 20,
      lostAudioMs: 0,
      worstGap: null,
    });
  });

  it('is as bad as the share of an end that nobody has counted, as of a recorder that was killed', () => {
    const gradeOf = (lengthMs: number, durationMs: number, stream: LossGap['stream']): unknown =>
      completeStamp(
        recorded({
          segments: [{ file: 'ada.mp4', startMs: 0, endMs: lengthMs }],
          gaps: [{ ...gap, stream, atMs: lengthMs - durationMs, durationMs }],
        }),
      ).grade;
    for (const stream of ['video', 'audio'] as const) {
      expect(gradeOf(10_000, 900, stream)).toBe('losses');
      expect(gradeOf(100_000, 900, stream)).toBe('smallLosses');
      // Of a short file a share says nothing.
      expect(gradeOf(4_000, 200, stream)).toBe('smallLosses');
    }
  });

  it('says that it ends too early, where no stream reaches its end', () => {
    const audio: LossGap = { ...gap, stream: 'audio', atMs: 7_000, durationMs: 3_000 };
    const video: LossGap = { ...gap, atMs: 6_500, durationMs: 3_500 };
    expect(completeStamp(recorded({ gaps: [audio, video] })).problem).toBe(
      'Not everything is there: the longest stretch without video is 3.5 s long, from 00:00:06.5 on (the encoder ended before it was written); it ends 3.0 s before its time.',
    );
    expect(completeStamp(recorded({ gaps: [video] })).problem).not.toContain('before its time');
    const alone = { canvas: null, video: accounting(0), gaps: [audio] };
    expect(completeStamp(recorded(alone)).problem).toContain('it ends 3.0 s before its time');
    // Another encoder has written the rest.
    const segments = [
      { file: 'ada.mp4', startMs: 0, endMs: 9_600 },
      { file: 'ada.part2.mp4', startMs: 9_700, endMs: 10_000 },
    ];
    const replaced: LossGap = { ...audio, atMs: 9_100, durationMs: 580 };
    const { problem } = completeStamp(recorded({ ...alone, segments, gaps: [replaced] }));
    expect(problem).toContain('without audio is 0.6 s long');
    expect(problem).not.toContain('before its time');
  });

  it('says of a stretch in which other frames came that some were lost, not that it has no video', () => {
    const dropped: LossGap = { ...gap, cause: 'dropped', lostFrames: 84 };
    expect(completeStamp(recorded({ gaps: [dropped] })).problem).toBe(
      'Not everything is there: the worst stretch of video is 4.1 s long, from 00:00:04.0 on: 84 frames lost (dropped).',
    );
  });

  it.each<[string, Partial<Recorded>]>([
    ['frames above the profile’s rate', { video: accounting(600, { paced: 300 }) }],
    ['what came before the start', { video: accounting(320, { notRecording: 20 }) }],
    ['the frames that end a track', { video: accounting(306, { endOfTrack: 6 }) }],
    ['silence of somebody without a microphone', { audio: accounting(0), audioSilenceMs: 10_000 }],
    ['one frame in a thousand', { video: accounting(2_000, { queueFull: 2 }) }],
    ['the moment until a microphone’s first frame', { audioLostMs: 26 }],
    ['a manifest that knows of no gaps', { gaps: undefined, audioLostMs: undefined }],
  ])('is not lost by %s', (_, changes) => {
    expect(completeStamp(recorded(changes)).isEarned).toBe(true);
  });

  it.each<[string, Partial<Recorded>, string]>([
    ['two frames of 300', { video: accounting(300, { queueFull: 2 }) }, 'Missing: 2 of 300 frames (0.7 %).'],
    [
      'frames that never came',
      { video: accounting(998), missedFrames: 2 },
      'Missing: 2 of 1,000 frames (0.2 %).',
    ],
    [
      'a gap of less than a second',
      { gaps: [{ ...gap, durationMs: 900 }] },
      'Not everything is there: the longest stretch without video is 0.9 s long, from 00:00:04.0 on (the encoder ended before it was written).',
    ],
    ['gaps that had no room in the list', { gapsLeftOut: 3 }, 'Something is missing.'],
    ['a word', { audioLostMs: 180 }, 'Missing: 0.2 s of 10.2 s of audio (1.8 %).'],
  ])('has small losses with %s', (_, changes, problem) => {
    expect(completeStamp(recorded(changes))).toMatchObject({
      isEarned: false,
      grade: 'smallLosses',
      problem,
    });
  });

  it.each<[string, Partial<Recorded>, string]>([
    [
      'half of the file that an encoder took with it',
      { gaps: [gap, { ...gap, stream: 'audio', durationMs: 4_000 }] },
      'Not everything is there: the longest stretch without video is 4.1 s long, from 00:00:04.0 on (the encoder ended before it was written).',
    ],
    ['frames that are missing', { missedFrames: 45 }, 'Missing: 45 of 345 frames (13 %).'],
    [
      '37 % of its frames',
      { video: accounting(300, { queueFull: 111 }) },
      'Missing: 111 of 300 frames (37 %).',
    ],
    [
      'memory that was saved',
      { video: accounting(300, { governed: 9 }) },
      'Missing: 9 of 300 frames (3.0 %).',
    ],
    [
      'silence in place of a voice',
      { audio: accounting(80), audioSilenceMs: 9_200, audioLostMs: 9_200 },
      'Missing: 9.2 s of 10.0 s of audio (92 %).',
    ],
    ['nothing in it', { segments: [] }, 'Nothing was recorded into it.'],
    [
      'counts that do not add up',
      { video: { ...accounting(300), written: 299 } },
      'Its frame counts do not add up.',
    ],
    [
      'a queue that was never emptied',
      { video: { ...accounting(300), written: 299, queued: 1 } },
      'Its frame counts do not add up.',
    ],
  ])('is lost by %s', (_, changes, problem) => {
    expect(completeStamp(recorded(changes))).toMatchObject({ isEarned: false, grade: 'losses', problem });
  });

  it('names the worst gap', () => {
    const longer = { ...gap, stream: 'audio' as const, atMs: 61_000, durationMs: 9_000 };
    expect(completeStamp(recorded({ gaps: [gap, longer, gap] })).worstGap).toEqual(longer);
  });
});

describe('completeStamp of a file that holds what was sent', () => {
  const stream = (expired: number, redundant = 0): CopyStream => ({
    packets: {
      ...{ expected: 900, received: 900 - expired, recovered: 0, missing: 0 },
      lost: { expired, windowFull: 0, jump: 0, beforeKeyFrame: 0, ended: 0 },
    },
    frames: { begun: 300, written: 300, dropped: 0, queued: 0, redundant, lowerLayer: 0, filled: 0 },
  });

  it('is earned when no packet is missing, or another one brought back what it held', () => {
    expect(completeStamp(recorded({ copy: { video: stream(0), audio: stream(0) } })).isEarned).toBe(true);
    expect(completeStamp(recorded({ copy: { video: stream(0), audio: stream(3, 3) } })).isEarned).toBe(true);
  });

  it('is not earned where a single packet was lost, whatever that cost', () => {
    expect(completeStamp(recorded({ copy: { video: stream(1), audio: stream(0) } }))).toMatchObject({
      ...{ isEarned: false, grade: 'smallLosses', problem: 'A packet was lost on the way.' },
    });
    expect(completeStamp(recorded({ copy: { video: stream(2), audio: stream(3, 1) } })).problem).toBe(
      '4 packets were lost on the way.',
    );
  });

  it('is not said to lack what an encoder had, for it has none', () => {
    const gap = {
      stream: 'audio',
      atMs: 9_000,
      durationMs: 300,
      cause: 'encoderEnded',
      lostFrames: null,
    } as const;
    const copy = { video: stream(0), audio: stream(0) };
    expect(completeStamp(recorded({ copy, gaps: [gap] })).problem).toBe(
      'Not everything is there: the longest stretch without audio is 0.3 s long, from 00:00:09.0 on (its end was not written).',
    );
  });

  it('is not earned where packets or frames do not add up', () => {
    const off = stream(0);
    const copy = { video: { ...off, frames: { ...off.frames, written: 299 } }, audio: stream(0) };
    expect(completeStamp(recorded({ copy }))).toMatchObject({
      ...{ isEarned: false, grade: 'losses', problem: 'Its frame counts do not add up.' },
    });
  });
});
