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
import { TakeFiles } from '../../../src-main/take/take-files.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

/** Half a minute after its last track a file closes. */
const graceMs = 30_000;

let refused: string[];
let opens: number[];

beforeEach(() => {
  refused = [];
  opens = [];
  // What an encoder does is of no concern here.
  vi.spyOn(LiveEncoder, 'start').mockRejectedValue(new PlateauError('ffmpegFailed', 'None.', 'None.'));
});

function filesOf(maxFiles: number): TakeFiles {
  const files: TakeFiles = new TakeFiles(
    {
      folder: '/takes',
      profile: profiles['720p30'],
      audioOnly: true,
      ffmpegPath: 'ffmpeg',
      clock: new TakeClock(),
      frameBytes: new ByteCap(1),
      frameRateLimit: new FrameRateLimit(),
      diskThrottle: new DiskThrottle(),
      lanes: new DiskLanes(),
      report: new EventReporter(new EventLog(10), () => null),
      publicationsOf: () => [],
      maxFiles,
    },
    {
      onShape: () => undefined,
      onSegment: () => undefined,
      onFailed: () => undefined,
      onWatchdogTrip: () => undefined,
      onOpenChanged: () => opens.push(files.openCount),
      onRefused: ({ identity }, { code }) => refused.push(`${identity}: ${code}`),
    },
  );
  return files;
}

function microphoneOf(identity: string): SubscribedTrack {
  const info = {
    identity,
    participantName: '',
    name: '',
    role: 'microphone',
    kind: 'audio',
    trackSid: identity,
  };
  const track: unknown = {
    info: { ...info, isRoleDeclared: true, declaredSize: null },
    receiveAudio: () => undefined,
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
  expect(refused).toEqual(['eve: tooManyFiles']);
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
  expect(files).toMatchObject({ openCount: 0, closedCount: 40, count: 40 });
  expect(opens.at(-1)).toBe(0);
});
