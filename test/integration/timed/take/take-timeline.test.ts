import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Profile, profiles } from '#engine/contract/profile.js';
import { offsetStatistics, quantile } from '#engine/lab/content/content-statistics.js';
import type { ParticipantAction } from '#engine/lab/room/participant-spec.js';
import { expectConstantRate } from '../../../fixtures/frame-grid.js';
import { expectNothingLost } from '../../../fixtures/nothing-lost.js';
import { type FinishedTake, RecordingHarness } from '../../../fixtures/recording-harness.js';
import {
  judgeBeeps,
  type JudgedMarks,
  judgeFlashes,
  judgePairs,
  type SentSlots,
} from '../../../fixtures/sent-marks.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const size = { width: 640, height: 360 };
const camera = { ...size, fps: 30 };
/** A small canvas: six participants are encoded on the two cores that also publish them. */
const profile: Profile = { ...profiles['720p30'], canvas: size };
const toleranceMs = 100;
/** A camera's last frame is sent so long before the room is told that it is off. */
const lastFrameLeadMs = 100;
/** And its first one so long after the room was told that it is on. */
const firstFrameLagMs = 100;
/** When somebody who comes late is told to. Media may be through before the publisher's own join is done. */
const joinCommandedMs = 4000;

let harness: RecordingHarness;

beforeAll(async () => {
  harness = await RecordingHarness.open();
});

afterAll(async () => {
  await harness.close();
});

/** Where on the take's timeline a participant did something. */
async function momentOf(
  take: FinishedTake,
  identity: string,
  type: ParticipantAction['type'],
): Promise<number> {
  const { atMs } = await take.room.effectOf(identity, type);
  return atMs - take.startedAtMs;
}

/** The first whole second of the publishers' clock from a moment of the take on, on the take's timeline. */
function wholeSecondAfter({ startedAtMs }: FinishedTake, takeMs: number): number {
  return Math.ceil((startedAtMs + takeMs) / 1000) * 1000 - startedAtMs;
}

function near(actualMs: number | undefined, expectedMs: number): void {
  expect(Math.abs((actualMs ?? Infinity) - expectedMs)).toBeLessThanOrEqual(toleranceMs);
}

/** Transport and jitter buffer may take this long; it is the same for every mark of a file. */
const maxLatencyMs = 250;

/**
 * Marks were sent at whole seconds of the publishers' clock, wherever the file's owner joined; those that the
 * publisher sent late stand where they were sent.
 */
function expectOnTheSecond(
  take: FinishedTake,
  marksMs: readonly number[],
  judge: (marksMs: readonly number[], sent: SentSlots) => JudgedMarks<number>,
  sent: SentSlots,
  spreadMs = toleranceMs,
): void {
  const judged = judge(marksMs, sent);
  expectEnough(judged, 3);
  expect(judged.marks.length).toBeGreaterThan(2);
  // Shifted by 300 ms, so that a mark just before its second does not wrap around.
  const delaysMs = judged.marks.map((markMs) => ((take.startedAtMs + markMs + 300) % 1000) - 300);
  const medianMs = quantile(delaysMs, 0.5);
  expect(Math.abs(medianMs)).toBeLessThan(maxLatencyMs);
  for (const delayMs of delaysMs) expect(Math.abs(delayMs - medianMs)).toBeLessThanOrEqual(spreadMs);
}

describe('people who come late, mute, and turn their cameras', () => {
  const shared = new SharedTake(() =>
    harness.record({
      profile,
      participants: [
        { identity: 'late', camera, joinAtMs: null },
        { identity: 'muter', camera },
        { identity: 'turner', camera },
      ],
      during: async ({ room, until }) => {
        await until(joinCommandedMs / 1000);
        await room.command('late', { type: 'join' });
        await until(6);
        await room.command('muter', { type: 'muteMicrophone' });
        await room.command('turner', { type: 'resize', width: 360, height: 640 });
        await until(7);
        await room.command('muter', { type: 'cameraOff' });
        await until(9);
        await room.command('muter', { type: 'unmuteMicrophone' });
        await room.command('turner', { type: 'resize', width: 321, height: 181 });
        await until(10);
        await room.command('muter', { type: 'cameraOn' });
        await until(14);
      },
    }),
  );

  timedTest('ends every file with the take', shared, (take) => {
    for (const { durationMs } of take.manifest.files)
      near(durationMs ?? undefined, take.manifest.durationMs ?? 0);
  });

  it('writes every file as one verified timeline from the start of the take', async () => {
    const take = await shared.get();
    expect(take.manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);
    expect(take.resourceLeaks).toEqual({ orphanedFrames: 0, openStreams: 0, nativeFrames: 0 });
  });

  timedTest('has one frame in each slot of 30 fps, late, off, and turned', shared, async (take) => {
    for (const { file, durationMs } of take.manifest.files) {
      await expectConstantRate(join(take.folder, file), durationMs);
    }
  });

  timedTest(
    'shows black and silence before a late join, and the frame where it came',
    shared,
    async (take) => {
      const content = await take.content('late', [size]);
      const joinedMs = await momentOf(take, 'late', 'join');
      const black = content.blackIntervalsMs[0];
      const silent = content.silentIntervalsMs[0];
      expect(black?.fromMs).toBeLessThanOrEqual(toleranceMs);
      expect(silent?.fromMs).toBeLessThanOrEqual(toleranceMs);
      // The subscription stands when there is audio. The frame needs a key frame after it, of which one comes each second;
      // the one that is under way at that moment may be missed, and the next has its own way and jitter buffer.
      expect(silent?.toMs).toBeGreaterThan(joinCommandedMs);
      expect(silent?.toMs).toBeLessThan(joinedMs + 1000);
      expect(black?.toMs).toBeGreaterThan(joinCommandedMs);
      expect(black?.toMs).toBeLessThan((silent?.toMs ?? NaN) + 2000 + maxLatencyMs);
      expectOnTheSecond(take, content.flashOnsetsMs, judgeFlashes, take.sent('late'));
      expectNothingLost(take.file('late'), content, take.unsentFrames('late'));
    },
  );

  timedTest(
    'is silent while the microphone is muted and black while the camera is off',
    shared,
    async (take) => {
      const content = await take.content('muter', [size]);
      const mutedMs = await momentOf(take, 'muter', 'muteMicrophone');
      const unmutedMs = await momentOf(take, 'muter', 'unmuteMicrophone');
      const offMs = await momentOf(take, 'muter', 'cameraOff');
      const onMs = await momentOf(take, 'muter', 'cameraOn');
      // The server lets frames through when it has heard of it, and so has the recorder then.
      const heardMs = take.events.findLast(
        ({ name, identity, message }) =>
          name === 'trackUnmuted' && identity === 'muter' && message.includes('camera'),
      )?.takeMs;
      const throughMs = Math.max(onMs, heardMs ?? NaN);
      // Who unmutes in the middle of a beep is heard beginning there, at a moment that is known as well as any other.
      const isMuted = (ms: number): boolean => ms > mutedMs + 200 && ms < unmutedMs - toleranceMs;
      const beepsWhileMuted = content.beepOnsetsMs.filter(isMuted);
      expect(beepsWhileMuted).toEqual([]);
      const beepsBefore = content.beepOnsetsMs.filter((ms) => ms > 1000 && ms < mutedMs);
      expect(beepsBefore.length).toBeGreaterThanOrEqual(3);
      const black = content.blackIntervalsMs.find(({ fromMs }) => fromMs > 2000);
      expect(black?.fromMs).toBeGreaterThan(offMs - lastFrameLeadMs - toleranceMs);
      expect(black?.fromMs).toBeLessThan(offMs + 600);
      // It goes on with a key frame, which the camera has at each whole second.
      expect(black?.toMs).toBeGreaterThan(wholeSecondAfter(take, onMs) - toleranceMs);
      expect(black?.toMs).toBeLessThan(
        wholeSecondAfter(take, throughMs + firstFrameLagMs + toleranceMs) + maxLatencyMs + toleranceMs,
      );
      expectOnTheSecond(take, content.flashOnsetsMs, judgeFlashes, take.sent('muter'));
    },
  );

  timedTest(
    'goes through portrait and an odd size without losing a frame or the time',
    shared,
    async (take) => {
      const content = await take.content('turner', [
        size,
        { width: 360, height: 640 },
        { width: 321, height: 181 },
      ]);
      expect(content.canvas).toEqual(size);
      expectNothingLost(take.file('turner'), content, take.unsentFrames('turner'));
      expectOnTheSecond(take, content.flashOnsetsMs, judgeFlashes, take.sent('turner'));
      const offset = offsetStatistics(judgePairs(content.pairs, take.sent('turner')).marks);
      expect(Math.abs(offset?.medianMs ?? Infinity)).toBeLessThanOrEqual(45);
    },
  );
});

describe('people without a camera, without a microphone, and who come back', () => {
  const shared = new SharedTake(() =>
    harness.record({
      profile,
      participants: [
        { identity: 'voice' },
        { identity: 'mime', camera, microphone: false },
        { identity: 'returner', camera },
        { identity: 'sharer', screenShare: { ...size, fps: 10 } },
      ],
      during: async ({ room, until }) => {
        await until(2);
        await room.command('sharer', { type: 'startScreenShare' });
        await until(5);
        await room.command('returner', { type: 'leave' });
        await until(8);
        await room.command('returner', { type: 'join' });
        await until(10);
        await room.command('sharer', { type: 'stopScreenShare' });
        await until(13);
      },
    }),
  );

  timedTest('records audio alone into a file without video', shared, async (take) => {
    expect(take.file('voice')).toMatchObject({ file: 'voice.m4a', state: 'verified', canvas: null });
    const content = await take.content('voice', []);
    expect(content.canvas).toBeNull();
    near(content.audioDurationMs, take.manifest.durationMs ?? 0);
    expect(content.beepOnsetsMs.length).toBeGreaterThanOrEqual(11);
    // The jitter buffer is still finding its length when the first ones come.
    expectOnTheSecond(
      take,
      content.beepOnsetsMs.filter((ms) => ms > 2500),
      judgeBeeps,
      take.sent('voice'),
    );
  });

  timedTest('records a frame alone over silence', shared, async (take) => {
    const content = await take.content('mime', [size]);
    near(content.audioDurationMs, take.manifest.durationMs ?? 0);
    expect(content.beepOnsetsMs).toEqual([]);
    expectNothingLost(take.file('mime'), content, take.unsentFrames('mime'));
    expectOnTheSecond(take, content.flashOnsetsMs, judgeFlashes, take.sent('mime'));
  });

  timedTest('goes on in the same file when somebody leaves and comes back', shared, async (take) => {
    const content = await take.content('returner', [size]);
    const leftMs = await momentOf(take, 'returner', 'leave');
    const black = content.blackIntervalsMs.find(({ fromMs }) => fromMs > 2000);
    expect(black?.fromMs).toBeGreaterThan(leftMs - toleranceMs);
    expect(black?.fromMs).toBeLessThan(leftMs + 1500);
    expect(content.flashOnsetsMs.some((ms) => ms < leftMs)).toBe(true);
    expect(content.flashOnsetsMs.some((ms) => ms > 9000)).toBe(true);
    expectOnTheSecond(take, content.flashOnsetsMs, judgeFlashes, take.sent('returner'));
    expect(take.manifest.files.filter(({ identity }) => identity === 'returner')).toHaveLength(1);
  });

  timedTest('records a screen share into a file of its own', shared, async (take) => {
    const file = take.file('sharer', 'screenShare');
    expect(file.file).toBe('sharer-screen.mp4');
    expect(file.state).toBe('verified');
    const content = await take.content('sharer', [size], 'screenShare');
    expect(content.frames.filter(({ counter }) => counter !== null).length).toBeGreaterThan(50);
    // At 10 fps a flash begins with one of frames 100 ms apart.
    expectOnTheSecond(
      take,
      content.flashOnsetsMs,
      judgeFlashes,
      take.sent('sharer', 'screenShare'),
      2 * toleranceMs,
    );
  });
});
