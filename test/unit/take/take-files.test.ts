import { beforeEach, expect, it, vi } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import { ByteCap } from '../../../src-main/pipeline/byte-cap.js';
import { FrameRateLimit } from '../../../src-main/pipeline/frame-rate-limit.js';
import { TakeClock } from '../../../src-main/pipeline/take-clock.js';
import { DiskThrottle } from '../../../src-main/sink/disk-throttle.js';
import { LiveEncoder } from '../../../src-main/sink/live-encoder.js';
import { DiskLanes } from '../../../src-main/storage/disk-lanes.js';
import { FileAllowance } from '../../../src-main/take/max-files.js';
import { TakeFiles } from '../../../src-main/take/take-files.js';
import { TakePlaces } from '../../../src-main/take/take-places.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

/** Half a minute after its last track a file closes. */
const graceMs = 30_000;

let refused: string[];
let opens: number[];
let reasons: string[];
let log: EventLog;
let lastStandstill: { fromMs: number; toMs: number } | null;

beforeEach(() => {
  refused = [];
  opens = [];
  reasons = [];
  log = new EventLog(10);
  lastStandstill = null;
  // What an encoder does is of no concern here.
  vi.spyOn(LiveEncoder, 'start').mockRejectedValue(new PlateauError('ffmpegFailed', 'None.', 'None.'));
});

function filesOf(allowance: FileAllowance | number, audioOnly = true): TakeFiles {
  const files: TakeFiles = new TakeFiles(
    {
      places: new TakePlaces(
        { folder: { name: 'takes', path: '/takes' }, lanes: new DiskLanes() },
        { ffmpegPath: 'ffmpeg', report: new EventReporter(new EventLog(10), () => null), takeMs: () => 0 },
      ),
      profile: profiles['720p30'],
      audioOnly,
      ffmpegPath: 'ffmpeg',
      clock: new TakeClock(),
      frameBytes: new ByteCap(1),
      frameRateLimit: new FrameRateLimit(),
      diskThrottle: new DiskThrottle(),
      report: new EventReporter(log, () => null),
      onNotRestored: () => undefined,
      publicationsOf: () => [],
      allowance: typeof allowance === 'number' ? new FileAllowance(allowance) : allowance,
    },
    {
      lastStandstill: () => lastStandstill,
      onShape: () => undefined,
      onSegment: () => undefined,
      onFailed: () => undefined,
      mayGoOnElsewhere: () => false,
      onWatchdogTrip: () => undefined,
      onOpenChanged: () => opens.push(files.openCount),
      onRefused: ({ identity }, { code, message }) => {
        refused.push(`${identity}: ${code}`);
        reasons.push(message);
      },
      onRecordedAfterAll: ({ identity }) => refused.push(`${identity} after all`),
    },
  );
  return files;
}

function microphoneOf(identity: string, more: object = {}): SubscribedTrack {
  const info = {
    identity,
    participantName: '',
    name: '',
    role: 'microphone',
    kind: 'audio',
    trackSid: identity,
  };
  const track: unknown = {
    info: { ...info, isRoleDeclared: true, declaredSize: null, ...more },
    receiveAudio: () => undefined,
    receiveVideo: () => undefined,
    stopReceiving: () => undefined,
    statistics: null,
  };
  return track as SubscribedTrack;
}

/** Lets the ends of runs settle, and looks again. */
async function at(files: TakeFiles, nowMs: number): Promise<void> {
  files.tick(nowMs);
  await new Promise(setImmediate);
  files.tick(nowMs);
}

it('refuses who comes when as many files are open as may be, once', async () => {
  const files = filesOf(2);
  for (const identity of ['ada', 'bob', 'eve']) files.add(microphoneOf(identity), 0);
  await at(files, 1_000);
  await at(files, 2_000);
  expect(refused).toEqual(['eve: tooManyFiles']);
  expect(files.openCount).toBe(2);
  expect(opens).toEqual([1, 2]);
  expect(files.entries().map(({ identity }) => identity)).toEqual(['ada', 'bob']);
});

it('records who was refused as soon as a file has closed', async () => {
  const files = filesOf(1);
  const ada = microphoneOf('ada');
  files.add(ada, 0);
  files.add(microphoneOf('eve'), 0);
  files.remove(ada, 1_000);
  await at(files, 1_000 + graceMs - 1);
  expect(files.entries().map(({ identity }) => identity)).toEqual(['ada']);
  await at(files, 1_000 + graceMs);
  expect(files.entries().map(({ identity }) => identity)).toEqual(['ada', 'eve']);
  expect(refused).toEqual(['eve: tooManyFiles', 'eve after all']);
});

it('ends who leaves while the files are being written where the files end', async () => {
  const files = filesOf(1);
  const ada = microphoneOf('ada');
  files.add(ada, 0);
  await at(files, 11_900);
  const finished = files.finish(12_000);
  files.remove(ada, 13_200);
  await finished;
  const [entry] = files.entries();
  expect(entry?.tracks).toMatchObject([{ fromMs: 0, untilMs: 12_000 }]);
  // Nothing is missing from the time after it.
  const ends = (entry?.gaps ?? []).map(({ atMs, durationMs }) => atMs + durationMs);
  expect(Math.max(0, ...ends)).toBeLessThanOrEqual(12_000);
});

it('gives the file of somebody to the microphone that says that it is one, and the other one a file of its own', async () => {
  const files = filesOf(4);
  const background = microphoneOf('ada', { isRoleDeclared: false, trackSid: 'TR_background' });
  files.add(background, 0);
  await at(files, 1_000);
  files.add(microphoneOf('ada', { trackSid: 'TR_microphone' }), 4_000);
  await at(files, 5_000);
  expect(files.entries().map(({ file, tracks, trackNumber }) => [file, trackNumber, tracks])).toEqual([
    [
      'ada.m4a',
      1,
      [
        expect.objectContaining({ trackSid: 'TR_background', fromMs: 0, untilMs: 4_000 }),
        expect.objectContaining({ trackSid: 'TR_microphone', fromMs: 4_000, untilMs: null }),
      ],
    ],
    ['ada-2.m4a', 2, [expect.objectContaining({ trackSid: 'TR_background', fromMs: 4_000, untilMs: null })]],
  ]);
  // It goes on there when the other one ends.
  files.remove(background, 6_000);
  expect(files.entries()[1]?.tracks).toMatchObject([{ untilMs: 6_000 }]);
});

it('forgets who was refused and has left', async () => {
  const files = filesOf(1);
  const [ada, eve] = [microphoneOf('ada'), microphoneOf('eve')];
  files.add(ada, 0);
  files.add(eve, 0);
  files.remove(eve, 500);
  files.remove(ada, 1_000);
  await at(files, 1_000 + graceMs);
  expect(files.entries().map(({ identity }) => identity)).toEqual(['ada']);
});

it('reckons with forty visitors only while they are there', async () => {
  const files = filesOf(100);
  const visitors = Array.from({ length: 40 }, (_, index) => microphoneOf(`visitor-${index}`));
  for (const visitor of visitors) files.add(visitor, 0);
  expect(files.shapes()).toHaveLength(40);
  for (const visitor of visitors) files.remove(visitor, 1_000);
  await at(files, 1_000 + graceMs);
  expect(files.shapes()).toEqual([]);
  expect(files.openCount).toBe(0);
  expect(files.entries()).toHaveLength(40);
  expect(opens.at(-1)).toBe(0);
});

it('goes on with the microphone of somebody for whose camera there is no room, and names the camera', async () => {
  // They carry 32 files with video, or 80 of audio alone.
  const machine = { memoryBytes: 64e9, cores: 2, descriptors: null };
  const files = filesOf(new FileAllowance(null, machine), false);
  const microphones = Array.from({ length: 81 }, (_, index) => microphoneOf(`p${index}`));
  for (const microphone of microphones) files.add(microphone, 0);
  expect(refused).toEqual(['p80: tooManyFiles']);
  expect(reasons[0]).toMatch(
    /^p80 is not recorded: the take already has 80 files, as many as the cores of this machine carry/,
  );
  const camera = { role: 'camera', kind: 'video', trackSid: 'TR_camera' };
  files.add(microphoneOf('p0', camera), 100);
  expect(refused).toEqual(['p80: tooManyFiles', 'p0: tooManyFiles']);
  expect(reasons[1]).toMatch(/^The camera of p0 is not recorded/);
  expect(files.openCount).toBe(80);
  expect(files.shapes().every(({ frame }) => frame === null)).toBe(true);
  // A place for a microphone is not enough for a camera.
  files.remove(microphones[1] as SubscribedTrack, 1_000);
  await at(files, 1_000 + graceMs);
  expect(refused.slice(2)).toEqual(['p80 after all']);
});

it('misses nothing of who leaves when the take has ended, while its files are finalized', async () => {
  const now = vi.spyOn(TakeClock.prototype, 'nowMs').mockReturnValue(4_000);
  const files = filesOf(1);
  const ada = microphoneOf('ada');
  files.add(ada, 0);
  await at(files, 4_000);
  const finished = files.finish(4_000);
  // The server has taken the track off the session a while before it is heard that it has ended.
  now.mockReturnValue(5_000);
  files.remove(ada, 5_000, true);
  now.mockReturnValue(9_000);
  files.taken.ended('ada', false);
  await finished;
  expect(log.entries.map(({ name }) => name)).not.toContain('audioGap');
  now.mockRestore();
});

it.each([
  ['right before its end', { fromMs: 3_300, toMs: 3_900 }, [[3_300, 600]]],
  ['at its end', { fromMs: 3_700, toMs: 4_300 }, [[3_700, 300]]],
  ['long before', { fromMs: 1_000, toMs: 1_600 }, []],
  ['for a moment', { fromMs: 3_850, toMs: 3_900 }, []],
])('lacks what a standstill held up %s', async (_, stood, gaps) => {
  const now = vi.spyOn(TakeClock.prototype, 'nowMs').mockReturnValue(4_000);
  const files = filesOf(1);
  files.add(Object.assign(microphoneOf('ada'), { isMuted: false }), 0);
  await at(files, 4_000);
  lastStandstill = stood;
  await files.finish(4_000);
  now.mockRestore();
  const told = files.entries()[0]?.gaps ?? [];
  expect(
    told.filter(({ cause }) => cause === 'neverArrived').map((gap) => [gap.atMs, gap.durationMs]),
  ).toEqual(gaps);
});
