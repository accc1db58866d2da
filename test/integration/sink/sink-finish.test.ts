import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isBalanced } from '#engine/contract/drop-causes.js';
import { caps } from '#engine/contract/limits.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia, streamOf } from '#engine/ffmpeg/media-listing.js';
import { ByteCap } from '#engine/pipeline/byte-cap.js';
import { FrameRateLimit } from '#engine/pipeline/frame-rate-limit.js';
import { monotonicUs, TakeClock } from '#engine/pipeline/take-clock.js';
import type { VideoFrame } from '#engine/pipeline/video-frame.js';
import { LiveEncoder } from '#engine/sink/live-encoder.js';
import { RecordingSink } from '#engine/sink/recording-sink.js';
import { sinkLimits } from '#engine/take/sink-factory.js';
import { profileFor } from '../finalize/finalize-fixture.js';

const canvas = { width: 1280, height: 720 } as const;
const pixels = new Uint8Array((canvas.width * canvas.height * 3) / 2).fill(128);
const pcm = new Uint8Array(480 * 2 * 2);
/** Frames that come in the very slots of the file's constant rate. */
const intervalMs = 1000 / 30;

let folder: string;
let ffmpegPath: string;

beforeEach(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  folder = await mkdtemp(join(tmpdir(), 'plateau-sink-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function sinkOn(clock: TakeClock, onSegment = (): void => undefined): RecordingSink {
  const sink = new RecordingSink({
    subject: { identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 },
    ffmpegPath,
    folder,
    fileStem: 'ada',
    profile: profileFor('mp4'),
    mayHaveVideo: true,
    canvas,
    isVideoPublished: () => true,
    clock,
    frameBytes: new ByteCap(caps.frameQueueBytes),
    frameRateLimit: new FrameRateLimit(),
    limits: sinkLimits(),
    events: {
      onCanvas: () => undefined,
      onFrameSize: () => undefined,
      onSegment,
      onLongFrameGap: () => undefined,
      onAudioGap: () => undefined,
      onAudioCorrection: () => undefined,
      onWatchdogTrip: () => undefined,
      onRestarting: (error) => {
        throw error;
      },
      onFailed: (error) => {
        throw error;
      },
      onRestarted: () => undefined,
    },
  });
  // No jitter buffer has kept these frames: they belong where they come.
  sink.video?.playoutDelay.aim(0);
  return sink;
}

it('keeps the audio of an encoder that was started for video and has got no frame', async () => {
  const path = join(folder, 'ada.mp4');
  const disk = { capBytes: caps.diskQueueBytes, syncEveryMs: caps.diskSyncEveryMs };
  const encoder = await LiveEncoder.start({
    ...{ ffmpegPath, path, canvas, profile: profileFor('mp4'), disk },
    onFailure: (error) => {
      throw error;
    },
  });
  for (let ms = 0; ms < 1_000; ms += 10) encoder.writeAudio(ms, pcm, () => undefined);
  expect(await encoder.finish()).toBeNull();
  const listing = await listMedia({ ffmpegPath, path, what: 'frames' });
  expect(listing.errors).toEqual([]);
  expect(streamOf(listing, 'audio')?.endUs).toBeGreaterThan(950_000);
  expect(streamOf(listing, 'video')?.count).toBeGreaterThanOrEqual(1);
});

/** Begins, and waits until the encoder stands. @returns where its segment begins, in milliseconds of the take */
async function begin(sink: RecordingSink, segments: EventEmitter): Promise<number> {
  const begun = once(segments, 'begun');
  await sink.begin();
  await begun;
  const startMs = sink.segments.at(-1)?.startMs;
  if (startMs === undefined || sink.encoderPid === undefined) throw new Error('no segment was begun');
  return startMs;
}

/** Offers frames and audio whose times are `fromMs` to `toMs` of the take, whenever that is. */
function offer(sink: RecordingSink, clock: TakeClock, fromMs: number, toMs: number): { disposed: number } {
  const count = { disposed: 0 };
  for (let timeMs = fromMs; timeMs < toMs; timeMs += intervalMs) {
    const atUs = clock.startUs + timeMs * 1000;
    const frame: VideoFrame = {
      ...canvas,
      rotationDegrees: 0,
      // WebRTC asks a screen to show it 10 ms after it came.
      timestampUs: atUs + 10_000,
      arrivalUs: atUs,
      byteLength: pixels.length,
      copyI420: () => pixels,
      dispose: () => {
        count.disposed += 1;
      },
    };
    sink.video?.offer(frame);
  }
  return count;
}

function offerAudio(sink: RecordingSink, clock: TakeClock, fromMs: number, toMs: number): void {
  // Audio is placed by when it arrives, which is when it ends.
  for (let timeMs = fromMs + caps.audioFrameMs; timeMs <= toMs; timeMs += caps.audioFrameMs)
    sink.audio.offer(clock.startUs + timeMs * 1000, () => pcm);
}

it('takes nothing that is later than the stop, however long the queue needs to drain', async () => {
  const clock = new TakeClock(monotonicUs() - 1_000_000);
  const segments = new EventEmitter();
  const sink = sinkOn(clock, () => segments.emit('begun'));
  const startMs = await begin(sink, segments);
  const pid = sink.encoderPid ?? NaN;
  process.kill(pid, 'SIGSTOP');
  // Between two frames, and the audio 5 ms later: what is on the very edge is on either side of it by rounding.
  const endMs = startMs + 30.5 * intervalMs;
  offer(sink, clock, startMs + intervalMs, endMs);
  expect(sink.videoQueue.depth, 'frames wait when the sink is finished').toBeGreaterThan(5);
  const receivedBefore = sink.videoAccounting.received;

  const finished = sink.finish(endMs);
  const late = offer(sink, clock, endMs + intervalMs / 2, endMs + 4_000);
  sink.audio.streamStarted();
  // Its jitter buffer keeps the audio 60 ms longer than the frames: what arrives so late belongs before the stop.
  sink.audio.playoutDelay.aim(60);
  offerAudio(sink, clock, endMs + 65, endMs + 4_065);
  process.kill(pid, 'SIGCONT');
  await finished;

  const video = sink.videoAccounting.snapshot();
  expect(isBalanced(video)).toBe(true);
  expect(video.dropped.notRecording).toBe(video.received - receivedBefore);
  expect(late.disposed).toBe(video.dropped.notRecording);
  expect(video.written).toBe(receivedBefore);
  expect(video.queued).toBe(0);
  expect(sink.audioAccounting).toMatchObject({ received: 400, written: 0, dropped: { notRecording: 400 } });

  const listing = await listMedia({ ffmpegPath, path: join(folder, sink.file), what: 'frames' });
  expect(streamOf(listing, 'video')?.lastUs).toBeLessThan((endMs - startMs) * 1000);
  // AAC ends with a whole packet, and ffmpeg's resampler may hold one back.
  const audioUs = streamOf(listing, 'audio')?.endUs ?? 0;
  expect(Math.abs(audioUs / 1000 - (endMs - startMs))).toBeLessThan(60);
});

it('begins again after an end, and records what comes then', async () => {
  const clock = new TakeClock();
  const segments = new EventEmitter();
  const sink = sinkOn(clock, () => segments.emit('begun'));
  const first = await begin(sink, segments);
  offer(sink, clock, first + intervalMs, first + 300);
  await sink.end(first + 300);

  const second = await begin(sink, segments);
  offer(sink, clock, second + intervalMs, second + 300);
  await sink.finish(second + 300);

  expect(sink.segments).toHaveLength(2);
  const { written, received, dropped } = sink.videoAccounting;
  expect(dropped.notRecording).toBe(0);
  expect(written).toBe(received);
  const listing = await listMedia({
    ffmpegPath,
    path: join(folder, sink.segments[1]?.file ?? ''),
    what: 'frames',
  });
  expect(streamOf(listing, 'video')?.count).toBeGreaterThan(5);
});
