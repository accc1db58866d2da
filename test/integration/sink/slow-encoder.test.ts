import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { caps } from '#engine/contract/limits.js';
import { type Profile, profiles } from '#engine/contract/profile.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { listMedia } from '#engine/ffmpeg/media-listing.js';
import { pcmBytesPerMs } from '#engine/pipeline/audio-queue.js';
import { ByteCap } from '#engine/pipeline/byte-cap.js';
import { FrameRateLimit } from '#engine/pipeline/frame-rate-limit.js';
import type { AudioReceiver, VideoReceiver } from '#engine/pipeline/frame-receiver.js';
import { monotonicUs, TakeClock } from '#engine/pipeline/take-clock.js';
import type { RecordedTrack } from '#engine/sink/recorded-track.js';
import { RecordingSink } from '#engine/sink/recording-sink.js';
import { sinkLimits } from '#engine/take/sink-factory.js';

const [width, height] = [1280, 720];
const frameBytes = (width * height * 3) / 2;
const tone = new Uint8Array(caps.audioFrameMs * pcmBytesPerMs).fill(3);
const noop = (): undefined => undefined;

/** Grain on every pixel, as a camera in a dim room has it: x264 finds nothing that it could skip. */
const grain = Array.from({ length: 6 }, () => {
  return randomFillSync(new Uint8Array(frameBytes)).map((value) => 64 + (value >> 2));
});

class SentTrack implements RecordedTrack {
  readonly info: RecordedTrack['info'];
  readonly isMuted = false;
  readonly isRenewing = false;
  readonly statistics = null;
  readonly isUnheard = false;
  readonly decryption = null;
  readonly connection = { falls: 0, isPoor: false };
  video: VideoReceiver | null = null;
  audio: AudioReceiver | null = null;
  readonly stopReceiving = noop;

  constructor(kind: 'video' | 'audio') {
    this.info = { kind, declaredSize: null, isSimulcast: false };
  }

  receiveVideo(receiver: VideoReceiver): void {
    this.video = receiver;
    receiver.onStreamStarted();
  }

  receiveAudio(receiver: AudioReceiver): void {
    this.audio = receiver;
    receiver.onStreamStarted();
  }
}

interface Outcome {
  /** Frames of 10 ms that came while it was recorded. */
  readonly audioLost: number;
  readonly audioReceived: number;
  readonly video: { readonly received: number; readonly written: number; readonly dropped: number };
  readonly repeated: number;
  readonly empty: number;
  /** From the first packet of the file to its last, both included. */
  readonly slots: number;
  readonly packets: number;
  readonly offGrid: number;
  readonly widestStepMs: number;
}

/** Records `seconds` of a camera and a microphone with real ffmpeg. */
async function record(
  profile: Profile,
  fps: number,
  seconds: number,
  stopped: { readonly fromMs: number; readonly toMs: number } | null = null,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-slow-'));
  try {
    const { path: ffmpegPath } = await findFfmpeg();
    const clock = new TakeClock(monotonicUs());
    const failed: string[] = [];
    const sink: RecordingSink = new RecordingSink({
      subject: { identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 },
      ...{ ffmpegPath, folder, fileStem: 'ada', profile, mayHaveVideo: true, canvas: { width, height } },
      ...{ clock, frameBytes: new ByteCap(caps.frameQueueBytes), frameRateLimit: new FrameRateLimit() },
      isVideoPublished: () => true,
      limits: sinkLimits(),
      events: {
        ...{ onCanvas: noop, onSegment: noop, onFrameSize: noop, onLongFrameGap: noop, onAudioGap: noop },
        ...{ onAudioCorrection: noop, onWatchdogTrip: noop, onRestarting: noop, onRestarted: noop },
        onFailed: ({ message }) => failed.push(message),
      },
    });
    const camera = new SentTrack('video');
    const microphone = new SentTrack('audio');
    await Promise.all([sink.add(camera), sink.add(microphone)]);
    const startMs = clock.nowMs();
    let frames = 0;
    let blocks = 0;
    let isStopped = false;
    for (let ms = 0; ms < seconds * 1000; ms = clock.nowMs() - startMs) {
      for (; blocks * caps.audioFrameMs <= ms; blocks += 1)
        microphone.audio?.onAudioFrame(monotonicUs(), () => tone);
      for (; (frames * 1000) / fps <= ms; frames += 1) {
        const pixels = grain[frames % grain.length] ?? tone;
        camera.video?.onVideoFrame({
          ...{ width, height, rotationDegrees: 0, byteLength: frameBytes, dispose: noop },
          timestampUs: monotonicUs() + 10_000,
          arrivalUs: monotonicUs(),
          copyI420: () => pixels.slice(),
        });
      }
      sink.tick(clock.nowMs());
      const isToStop = stopped !== null && ms >= stopped.fromMs && ms < stopped.toMs;
      if (isToStop !== isStopped && sink.encoderPid !== undefined) {
        process.kill(sink.encoderPid, isToStop ? 'SIGSTOP' : 'SIGCONT');
        isStopped = isToStop;
      }
      await wait(10);
    }
    await sink.finish(clock.nowMs());
    expect(failed).toEqual([]);
    const file = sink.segments.at(-1)?.file ?? '';
    const slots: number[] = [];
    await listMedia({
      ...{ ffmpegPath, path: join(folder, file), what: 'packets' },
      onPacket: ({ kind, dtsUs }) => {
        if (kind === 'video') slots.push((dtsUs * 30) / 1e6);
      },
    });
    const audio = sink.audioAccounting.snapshot();
    const video = sink.videoAccounting.snapshot();
    const dropped = Object.values(video.dropped).reduce((sum, count) => sum + count, 0);
    expect(video.received).toBe(video.written + dropped);
    return {
      // What is played out before the take begins, or after its end, is not of it.
      audioLost: audio.received - audio.written - audio.dropped.notRecording,
      audioReceived: audio.received,
      video: { received: video.received, written: video.written, dropped },
      repeated: sink.video?.slots.repeatedFrames ?? 0,
      empty: sink.video?.slots.emptySlots ?? 0,
      slots: Math.round((slots.at(-1) ?? 0) - (slots[0] ?? 0)) + 1,
      packets: slots.length,
      offGrid: slots.filter((slot) => Math.abs(slot - Math.round(slot)) > 0.02).length,
      widestStepMs: Math.max(
        ...slots.slice(1).map((slot, index) => ((slot - (slots[index] ?? 0)) * 1000) / 30),
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** So slow at this content that no machine fills 30 slots a second with it, and a few frames are possible. */
const slow: Profile = { ...profiles['720p30'], preset: 'medium', crf: 20 };
const webm: Profile = { ...slow, container: 'webm' };
const variable: Profile = { ...slow, frameRate: 'variable', maxFps: null };

/** Longer than what may wait of audio, so that what does not get through is lost. */
const slowSeconds = 9;

interface SlowCase {
  readonly of: string;
  readonly profile: Profile;
  readonly fps: number;
}

/**
 * What holds for real ffmpeg and x264, whatever part of it does it: an encoder of more than two frames a second gets its audio by the
 * blocks and the queue alone, and what goes before what below that is shown, with a clock of its own, in
 * test/unit/sink/audio-first.test.ts. That what is behind leaves slots empty is shown here, of each that lost a third of its frames.
 *
 * Side by side: encoders that share the cores are slower still, and three of them burn no more than one.
 */
function describeSlow(what: string, cases: readonly SlowCase[]): void {
  describe(`an encoder that is too slow costs frames, and hardly any audio: ${what}`, () => {
    it.concurrent.each(cases)('$of', { timeout: 120_000 }, async ({ fps, profile }) => {
      const outcome = await record(profile, fps, slowSeconds);
      // It was four fifths of it.
      expect(outcome.audioLost / outcome.audioReceived).toBeLessThan(0.05);
      if (profile.frameRate !== 'constant') return;
      expect(outcome.packets).toBe(outcome.video.written + outcome.repeated);
      if (profile.container === 'mp4') expect(outcome.offGrid).toBe(0);
      // What the account says of the file's rate is what is in the file.
      expect(outcome.packets + outcome.empty).toBe(outcome.slots);
      // Where new frames have no room, none is shown again in the slots between them.
      const isBehind = outcome.video.dropped > outcome.video.received / 3;
      if (isBehind) expect(outcome.empty).toBeGreaterThan(0);
    });
  });
}

describeSlow('in MP4, at a constant rate', [
  { of: 'a camera of 5 fps', profile: slow, fps: 5 },
  { of: 'a camera of 15 fps', profile: slow, fps: 15 },
  { of: 'a camera of 30 fps', profile: slow, fps: 30 },
]);
describeSlow('otherwise', [
  { of: 'a screen of 0.9 fps', profile: slow, fps: 0.9 },
  { of: 'a camera of 30 fps, at a variable rate', profile: variable, fps: 30 },
  { of: 'a camera of 30 fps, in WebM', profile: webm, fps: 30 },
]);

it('an encoder that stands still for four seconds costs no audio', { timeout: 60_000 }, async () => {
  const quick: Profile = { ...profiles['720p30'], preset: 'ultrafast', crf: 40 };
  const outcome = await record(quick, 5, 12, { fromMs: 4_000, toMs: 8_000 });
  expect(outcome.audioLost).toBe(0);
  expect(outcome.video.dropped).toBeLessThan(3);
  expect(outcome.packets).toBe(outcome.video.written + outcome.repeated);
});
