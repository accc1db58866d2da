import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Pause } from '#engine/contract/manifest.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import type { MarkPair } from '#engine/lab/content/content-statistics.js';
import type { ContentFrame } from '#engine/lab/content/take-content.js';
import { between, levelsOf, toneShares } from '../../../fixtures/plain-content.js';
import { PlainParticipant } from '../../../fixtures/plain-participant.js';
import type { FinishedTake } from '../../../fixtures/recording-harness.js';
import { judgePairs, markMs } from '../../../fixtures/sent-marks.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { expectEnough, SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const size = { width: 320, height: 180 };
/** At 30 fps; a file may end two of them behind its take: one begins before the stop, and one keeps ffmpeg from repeating it. */
const slotMs = 1000 / 30;
const run = promisify(execFile);

/** A take with pauses, and how long it was recorded between them: of the room's clock, at the least and at the most. */
interface Recorded {
  readonly take: FinishedTake;
  readonly recordedMs: { readonly least: number; readonly most: number };
  readonly pauses: readonly Pause[];
  readonly overload: string | null;
}

const harness = shareHarness();
const shared = new SharedTake(() => record());

/** Four seconds, two tenths, two pauses in a row, and a stop in the last. People come and go in the first one. */
async function record(): Promise<Recorded> {
  const people: PlainParticipant[] = [];
  const recordedMs = { least: 0, most: 0 };
  const take = await harness.record({
    participants: [
      { identity: 'ada', camera: { ...size, fps: 30 } },
      { identity: 'ben', camera: { ...size, fps: 30 } },
    ],
    before: async (room) => {
      const eve = await PlainParticipant.join(room, 'eve');
      people.push(eve);
      await eve.publishTone(880);
    },
    during: async ({ recorder, until, plainRoom, startedAtMs }) => {
      const pausedFor = (ms: number): Promise<void> =>
        new Promise((resolve) => {
          const before = recorder.take?.pausedMs ?? 0;
          const look = ({ pausedMs = 0 }: { pausedMs?: number | undefined }): void => {
            if (pausedMs < before + ms) return;
            recorder.off('snapshot', look);
            resolve();
          };
          recorder.on('snapshot', look);
        });
      // What is asked for takes effect at a moment between the question and its answer.
      let since = { asked: startedAtMs, answered: Date.now() };
      const pause = async (): Promise<void> => {
        const asked = Date.now();
        await recorder.setPaused(true);
        recordedMs.least += asked - since.answered;
        recordedMs.most += Date.now() - since.asked;
      };
      const resume = async (): Promise<void> => {
        const asked = Date.now();
        await recorder.setPaused(false);
        since = { asked, answered: Date.now() };
      };
      await until(9);
      await pause();
      await people[0]?.leave();
      const [cy, dora] = [
        await PlainParticipant.join(plainRoom, 'cy'),
        await PlainParticipant.join(plainRoom, 'dora'),
      ];
      people.push(cy, dora);
      await dora.publishTone(550);
      await cy.publishTone(440);
      await dora.leave();
      await pausedFor(3_500);
      await resume();
      recorder.addMarker('after the first pause');
      await until(15);
      await pause();
      await pausedFor(150);
      await resume();
      await until(15.5);
      await pause();
      await pausedFor(900);
      await resume();
      await until(21);
      await pause();
      await pausedFor(1_000);
    },
  });
  for (const person of people) await person.leave();
  return { take, recordedMs, pauses: take.manifest.pauses ?? [], overload: take.overload };
}

/** When something that stands in the file happened, in milliseconds of the room's clock. */
function roomMsOf(fileMs: number, pauses: readonly Pause[]): number {
  return pauses.reduce((ms, { takeMs, lengthMs }) => (takeMs <= fileMs ? ms + (lengthMs ?? 0) : ms), fileMs);
}

/**
 * Whether no pause has cut into a pair: of a second that a pause began or ended in, one frame of the flash may be
 * there and nothing of the beep, which the beep of another second would be taken for.
 */
function isWhole(pauses: readonly Pause[]): (pair: MarkPair) => boolean {
  return ({ flashMs, beepMs }) =>
    pauses.every(
      ({ takeMs }) =>
        takeMs < Math.min(flashMs, beepMs) - markMs || takeMs > Math.max(flashMs, beepMs) + markMs,
    );
}

/** How long after a whole second, in milliseconds. */
const lateOf = (atMs: number): number => atMs - Math.round(atMs / 1000) * 1000;

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Frames whose number can be read, without those that show the one before again. A clip begins anew at a whole second. */
function firstShown(
  frames: readonly ContentFrame[],
): readonly { readonly ptsMs: number; readonly counter: number }[] {
  let shown: number | null = null;
  return frames.flatMap(({ ptsMs, counter }) => {
    if (counter === null || counter === shown) return [];
    shown = counter;
    return [{ ptsMs, counter }];
  });
}

timedTest(
  'is as long as the meeting less its pauses, in every file alike',
  shared,
  ({ take, recordedMs, pauses }) => {
    expect(pauses).toHaveLength(4);
    const pausedMs = pauses.reduce((sum, { lengthMs }) => sum + (lengthMs ?? NaN), 0);
    const lasted = Date.parse(take.manifest.stoppedAt ?? '') - Date.parse(take.manifest.startedAt);
    expect(lasted).toBeCloseTo((take.manifest.durationMs ?? NaN) + pausedMs, -2);
    const durationMs = take.manifest.durationMs ?? NaN;
    // The three that ended last whole tenths of a second (docs/timeline.md): up to as much less is recorded.
    expect(durationMs).toBeGreaterThan(recordedMs.least - 3 * 100 - 50);
    expect(durationMs).toBeLessThan(recordedMs.most + 50);
    const files = ['ada', 'ben'].map((identity) => take.file(identity));
    expect(
      files
        .filter((file) => !(Math.abs((file.durationMs ?? NaN) - durationMs) < 2 * slotMs + 1))
        .map(({ segments }) => ({
          segments,
          durationMs,
        })),
    ).toEqual([]);
    expect(Math.abs((files[0]?.durationMs ?? NaN) - (files[1]?.durationMs ?? NaN))).toBeLessThanOrEqual(35);
  },
);

/**
 * Frames stand in slots of 33 ms. One that comes between two of them may stand in either, so that the average of all says
 * whether a pause has moved them. Audio that goes on is left where it is up to 15 ms to either side of where it belongs
 * (docs/timeline.md), and a jitter buffer moves it within that, pause or not.
 */
const mostMovedMs = { frameMs: 12, beepMs: 30 } as const;

for (const identity of ['ada', 'ben']) {
  timedTest(`moves no frame and no beep of ${identity}`, shared, async ({ take, pauses }) => {
    const content = await take.content(identity, [size]);
    const sent = take.sent(identity);
    const inRoom = content.pairs.filter(isWhole(pauses)).map(({ flashMs, beepMs, offsetMs }) => ({
      flashMs: roomMsOf(flashMs, pauses),
      beepMs: roomMsOf(beepMs, pauses),
      offsetMs,
    }));
    const judged = judgePairs(
      inRoom.filter(({ flashMs }) => flashMs > 4_000),
      sent,
    );
    expectEnough(judged, 10);
    const jointsMs = pauses.slice(0, 3).map(({ roomMs }) => roomMs);
    const periodOf = (roomMs: number): number => jointsMs.filter((ms) => ms < roomMs).length;
    // Each beep belongs to a whole second of the room's clock, each frame to its number: as late before a pause as behind it.
    const beeps = judged.marks.map(({ flashMs, beepMs }) => ({
      period: periodOf(flashMs),
      lateMs: lateOf(sent.startedAtMs + beepMs),
    }));
    const frames = firstShown(content.frames).map(({ ptsMs, counter }) => ({
      period: periodOf(roomMsOf(ptsMs, pauses)),
      lateMs: lateOf(sent.startedAtMs + roomMsOf(ptsMs, pauses) - counter * slotMs),
    }));
    for (const { kind, marks, averageOf } of [
      { kind: 'beepMs', marks: beeps, averageOf: medianOf },
      { kind: 'frameMs', marks: frames, averageOf: meanOf },
    ] as const) {
      const [before = NaN, ...behind] = [0, 1, 3].map((period) =>
        averageOf(marks.filter((mark) => mark.period === period).map(({ lateMs }) => lateMs)),
      );
      const movedMs = behind.map((ms) => ms - before);
      const tooFar = movedMs.filter((ms) => !(Math.abs(ms) <= mostMovedMs[kind]));
      expect({ kind, movedMs, tooFar }).toEqual({ kind, movedMs, tooFar: [] });
    }
    for (const { offsetMs } of judged.marks) expect(Math.abs(offsetMs)).toBeLessThan(60);
  });

  timedTest(
    `accounts for each frame of ${identity}, those of the pauses too`,
    shared,
    async ({ take, pauses }) => {
      const { counters, frames } = await take.content(identity, [size]);
      const file = take.file(identity);
      const pausedS = pauses.reduce((sum, { lengthMs }) => sum + (lengthMs ?? 0), 0) / 1000;
      expect(file.video.dropped.paused).toBeGreaterThan(0.85 * 30 * pausedS);
      expect(file.video.dropped.paused).toBeLessThan(1.1 * 30 * pausedS + 8);
      expect(file.audio.dropped.paused).toBeGreaterThan(0.9 * 100 * pausedS);
      const { dropped } = file.video;
      expect(dropped.queueFull + dropped.byteCap + dropped.sinkFailed + dropped.outOfOrder).toBe(0);
      expect(counters.backwards).toEqual([]);
      expect(counters.duplicated.length).toBeLessThanOrEqual(file.repeatedFrames ?? 0);
      expect(counters.missing.length).toBeLessThanOrEqual(
        dropped.paused + dropped.paced + file.missedFrames + take.unsentFrames(identity),
      );
      const shown = frames.filter(({ counter }) => counter !== null).length;
      expect(shown - counters.duplicated.length).toBe(file.video.written);
      expect(file.stamps?.complete).toMatchObject({ grade: 'complete' });
      expect(file.gaps).toEqual([]);
    },
  );

  timedTest(`has no hole in the audio of ${identity} where a pause was`, shared, async ({ take, pauses }) => {
    // The hum goes on all the time, and beeps are louder: readings of 10 ms, of which hardly one is quiet.
    const levels = await levelsOf(take.path(identity));
    const usual = levels.toSorted((one, other) => one - other)[Math.floor(levels.length / 2)] ?? 0;
    expect(usual).toBeGreaterThan(0);
    for (const { takeMs } of pauses.slice(0, 3)) {
      const at = Math.round(takeMs / 10);
      const around = levels.slice(at - 50, at + 50);
      expect(around).toHaveLength(100);
      expect(around.filter((level) => level < usual / 3).length).toBeLessThanOrEqual(3);
    }
  });
}

timedTest(
  'has who came in a pause from its end on, and nobody who came and left in it',
  shared,
  async ({ take, pauses }) => {
    const joint = (pauses[0]?.takeMs ?? NaN) / 1000;
    const cy = await toneShares(take.path('cy'), 440);
    expect(between(cy, 0, joint - 0.1).filter((share) => share > 0.1)).toEqual([]);
    const after = between(cy, joint + 1.2, 20);
    expect(after.filter((share) => share < 0.5).length).toBeLessThanOrEqual(2);
    expect(take.manifest.files.map(({ identity }) => identity).sort()).toEqual(['ada', 'ben', 'cy', 'eve']);
    const eve = await toneShares(take.path('eve'), 880);
    expect(between(eve, 2, joint - 0.2).filter((share) => share < 0.5).length).toBeLessThanOrEqual(2);
    expect(between(eve, joint + 0.1, 20).filter((share) => share > 0.1)).toEqual([]);
  },
);

timedTest(
  'ends a marker behind a pause at the file’s time, as a chapter',
  shared,
  async ({ take, pauses }) => {
    const [marker] = take.manifest.markers;
    expect(Math.abs((marker?.takeMs ?? NaN) - (pauses[0]?.takeMs ?? NaN))).toBeLessThan(150);
    const { path: ffmpeg } = await findFfmpeg();
    const read = ['-v', 'error', '-i', take.path('ada'), '-f', 'ffmetadata', 'pipe:1'];
    const { stdout } = await run(ffmpeg, read);
    const [, base, start] =
      /TIMEBASE=1\/(\d+)\nSTART=(\d+)\nEND=\d+\ntitle=after the first pause/.exec(stdout) ?? [];
    expect(Math.abs((Number(start) / Number(base)) * 1000 - (marker?.takeMs ?? NaN))).toBeLessThan(2);
  },
);

timedTest('goes on with its telemetry while it is paused', shared, ({ take, pauses }) => {
  const inPause = take.snapshots.filter(({ isPaused }) => isPaused === true);
  expect(inPause.length).toBeGreaterThan(15);
  const first = inPause.filter(({ takeMs }) => Math.abs((takeMs ?? NaN) - (pauses[0]?.takeMs ?? NaN)) < 1);
  expect(first.length).toBeGreaterThan(8);
  expect(take.events.filter(({ name }) => name === 'takePaused')).toHaveLength(4);
  expect(take.events.filter(({ name }) => name === 'takeResumed')).toHaveLength(3);
  expect(take.manifest.signalGaps).toEqual([]);
});
