import { describe, expect, it } from 'vitest';
import { AudioRelay, VideoRelay } from '../../../../src-main/livekit/ffi/track-relay.js';
import type { VideoReceiver } from '../../../../src-main/pipeline/frame-receiver.js';
import type { VideoFrame } from '../../../../src-main/pipeline/video-frame.js';
import { FakeFrames } from '../../sink/fake-frames.js';

class Receiver implements VideoReceiver {
  readonly frames: VideoFrame[] = [];
  onStreamStarted(): void {
    // Of no interest.
  }
  onStreamEnded(): void {
    // Of no interest.
  }
  onVideoFrame(frame: VideoFrame): void {
    this.frames.push(frame);
    frame.dispose();
  }
}

it('leaves out the frames that are black because a key frame is asked for, and ends the request', () => {
  const frames = new FakeFrames();
  const seen: number[] = [];
  let cancels = 0;
  // Frames of this class are to be shown 10 ms after they came.
  const request = { covers: (timestampUs: number) => timestampUs === 11_000, cancel: () => (cancels += 1) };
  const relay = new VideoRelay(
    { onVideoFrame: ({ arrivalUs }) => seen.push(arrivalUs) },
    request,
    () => undefined,
  );
  const receiver = new Receiver();
  relay.receiver = receiver;
  relay.onVideoFrame(frames.at(1));
  relay.onVideoFrame(frames.at(2));
  // Whatever comes, the picture comes by itself.
  expect(cancels).toBe(2);
  expect(receiver.frames).toHaveLength(1);
  expect(seen).toEqual([2_000]);
  expect(frames.held).toBe(0);
});

it('leaves out the frames that may not have been decrypted, and goes on asking for a key frame', () => {
  const frames = new FakeFrames();
  const seen: number[] = [];
  let isPending = true;
  const request = {
    covers: () => isPending,
    cancel: () => {
      isPending = false;
    },
  };
  let hidden = 0;
  const relay = new VideoRelay({ onVideoFrame: ({ arrivalUs }) => seen.push(arrivalUs) }, request, () => {
    hidden += 1;
  });
  const receiver = new Receiver();
  relay.receiver = receiver;
  relay.monitor = { onVideoFrame: ({ arrivalUs }) => seen.push(arrivalUs) };
  relay.isHidden = true;
  relay.onVideoFrame(frames.at(1));
  expect([isPending, receiver.frames.length, seen, frames.held, hidden]).toEqual([true, 0, [], 0, 1]);
  isPending = false;
  relay.isHidden = false;
  relay.onVideoFrame(frames.at(2));
  expect([receiver.frames.length, seen, frames.held, hidden]).toEqual([1, [2_000, 2_000], 0, 1]);
});

it('shows every frame that is copied to the signal, once, whoever copies it', () => {
  let seen = 0;
  const relay = new AudioRelay({ onPcm: () => (seen += 1) });
  let copies = 0;
  const copy = (): Uint8Array => {
    copies += 1;
    return new Uint8Array(4);
  };
  let keeps = true;
  relay.receiver = {
    onStreamStarted: () => undefined,
    onStreamEnded: () => undefined,
    onAudioFrame: (_arrivalUs, take) => {
      if (keeps) take();
    },
  };
  relay.onAudioFrame(0, copy);
  expect([copies, seen]).toEqual([1, 1]);
  keeps = false;
  relay.onAudioFrame(0, copy);
  expect([copies, seen]).toEqual([1, 1]);
  relay.monitor = { onPcm: () => undefined };
  relay.onAudioFrame(0, copy);
  expect([copies, seen]).toEqual([2, 2]);
});

describe('audio of an encrypted track', () => {
  /** How many of 100 frames pass of a stream that begins so long after the track was subscribed. */
  const passedOf = (subscribedMs: number | null): number => {
    let passed = 0;
    const relay = new AudioRelay({ onPcm: () => undefined });
    relay.receiver = {
      onStreamStarted: () => undefined,
      onStreamEnded: () => undefined,
      onAudioFrame: () => (passed += 1),
    };
    if (subscribedMs !== null) relay.skipUndecrypted(subscribedMs);
    for (let frame = 0; frame < 100; frame += 1) relay.onAudioFrame(frame, () => new Uint8Array(4));
    return passed;
  };

  it('is left out as long as it may not be decrypted yet', () => {
    expect(passedOf(0)).toBe(70);
    expect(passedOf(195)).toBe(89);
  });

  it('passes when it has been subscribed for a while, and so does what is not encrypted', () => {
    expect(passedOf(5_000)).toBe(100);
    expect(passedOf(null)).toBe(100);
  });

  it('is left out for its monitor, too', () => {
    let seen = 0;
    const relay = new AudioRelay({ onPcm: () => undefined });
    relay.monitor = { onPcm: () => (seen += 1) };
    relay.skipUndecrypted(0);
    for (let frame = 0; frame < 31; frame += 1) relay.onAudioFrame(frame, () => new Uint8Array(4));
    expect(seen).toBe(1);
  });
});

describe('what may be another one’s', () => {
  it('is silence in the file, for nothing of who is only quiet is lost by that', () => {
    const seen: Uint8Array[] = [];
    const received: Uint8Array[] = [];
    const relay = new AudioRelay({ onPcm: (pcm) => seen.push(pcm) });
    relay.monitor = { onPcm: (pcm) => seen.push(pcm) };
    relay.receiver = {
      onStreamStarted: () => undefined,
      onStreamEnded: () => undefined,
      onAudioFrame: (_, copy) => received.push(copy()),
    };
    relay.isWithheld = true;
    relay.onAudioFrame(10_000, () => Uint8Array.of(1, 2, 3, 4));
    expect(received).toEqual([Uint8Array.of(0, 0, 0, 0)]);
    expect(seen).toEqual([]);
    relay.isWithheld = false;
    relay.onAudioFrame(20_000, () => Uint8Array.of(5, 6, 7, 8));
    expect(received).toHaveLength(2);
    expect(received[1]).toEqual(Uint8Array.of(5, 6, 7, 8));
  });

  it('is no frame of video', () => {
    const frames = new FakeFrames();
    const request = { covers: () => false, cancel: () => undefined };
    let hidden = 0;
    const relay = new VideoRelay({ onVideoFrame: () => undefined }, request, () => (hidden += 1));
    const receiver = new Receiver();
    relay.receiver = receiver;
    relay.isWithheld = true;
    relay.onVideoFrame(frames.at(1));
    expect([receiver.frames.length, frames.held, hidden]).toEqual([0, 0, 0]);
    relay.isWithheld = false;
    relay.onVideoFrame(frames.at(2));
    expect(receiver.frames).toHaveLength(1);
  });
});
