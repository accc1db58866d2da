import { expect, it, vi } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import { ByteCap } from '../../../src-main/pipeline/byte-cap.js';
import { FrameRateLimit } from '../../../src-main/pipeline/frame-rate-limit.js';
import { tooManyOpenFiles } from '../../../src-main/process/open-files.js';
import { DiskThrottle } from '../../../src-main/sink/disk-throttle.js';
import { LiveEncoder, type LiveEncoderOptions } from '../../../src-main/sink/live-encoder.js';
import { DiskLanes } from '../../../src-main/storage/disk-lanes.js';
import { FileAllowance } from '../../../src-main/take/max-files.js';
import { TakeFiles } from '../../../src-main/take/take-files.js';
import { TakePlaces } from '../../../src-main/take/take-places.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';
import { FakeClock, FakeEncoder, settled } from '../sink/fake-encoders.js';

/** Files of a take on a machine that allows as many encoders as a test says. */
class Starved {
  readonly told: string[] = [];
  readonly rows = new EventLog(20);
  readonly #clock = new FakeClock();
  readonly files: TakeFiles;
  hasRoom = false;

  constructor() {
    vi.spyOn(LiveEncoder, 'start').mockImplementation((options: LiveEncoderOptions) => {
      const encoder: unknown = new FakeEncoder(options);
      return this.hasRoom
        ? Promise.resolve(encoder as LiveEncoder)
        : Promise.reject(tooManyOpenFiles(new Error('EMFILE')));
    });
    const report = new EventReporter(this.rows, () => null);
    this.files = new TakeFiles(
      {
        places: new TakePlaces(
          { folder: { name: 'takes', path: '/takes' }, lanes: new DiskLanes() },
          { ffmpegPath: 'ffmpeg', report, takeMs: () => 0 },
        ),
        ...{ profile: profiles['720p30'], audioOnly: true, ffmpegPath: 'ffmpeg', clock: this.#clock, report },
        ...{ frameBytes: new ByteCap(1), frameRateLimit: new FrameRateLimit() },
        ...{ diskThrottle: new DiskThrottle(), onNotRestored: () => undefined, publicationsOf: () => [] },
        allowance: new FileAllowance(9),
      },
      {
        ...{ onShape: () => undefined, onSegment: () => undefined, onWatchdogTrip: () => undefined },
        ...{ onOpenChanged: () => undefined, mayGoOnElsewhere: () => false },
        onFailed: (_sink, { code }) => this.told.push(`failed: ${code}`),
        onRefused: (_track, { code, message }) => this.told.push(`${code}: ${message}`),
        onRecordedAfterAll: ({ role }) => this.told.push(`${role} after all`),
      },
    );
  }

  async until(ms: number): Promise<void> {
    while (this.#clock.ms < ms) {
      this.#clock.ms += 100;
      this.files.tick(this.#clock.ms);
      await settled();
    }
  }
}

function microphoneOf(identity: string): SubscribedTrack {
  const track: unknown = {
    info: {
      ...{ identity, participantName: '', name: '', role: 'microphone', kind: 'audio', trackSid: identity },
      ...{ isRoleDeclared: true, declaredSize: null },
    },
    ...{ receiveAudio: () => undefined, stopReceiving: () => undefined, statistics: null },
  };
  return track as SubscribedTrack;
}

it('is told once by its tracks, with the limit and what raises it, until an encoder stands', async () => {
  const take = new Starved();
  take.files.add(microphoneOf('ada'), 0);
  await take.until(12_000);
  expect(take.told).toEqual([
    expect.stringMatching(
      /^tooManyFiles: The microphone of ada is not recorded: the system allows this program .* open files/,
    ),
  ]);
  const rows = take.rows.entries;
  expect(rows.map(({ name }) => name)).toEqual(['tooManyFiles']);
  expect(rows[0]).toMatchObject({
    identity: 'ada',
    details: { hint: expect.stringContaining('ulimit -n') as string },
  });
  take.hasRoom = true;
  await take.until(18_000);
  expect(take.told.slice(1)).toEqual(['microphone after all']);
});

it('is not told any more of who has left', async () => {
  const take = new Starved();
  const ada = microphoneOf('ada');
  take.files.add(ada, 0);
  await take.until(1_000);
  take.files.remove(ada, 1_000);
  take.hasRoom = true;
  await take.until(8_000);
  expect(take.told).toHaveLength(1);
});
