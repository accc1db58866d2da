import { describe, expect, it } from 'vitest';
import { DecryptedStart, type VideoCounts } from '../../../src-main/pipeline/decrypted-start.js';

const attachedAtMs = 1_795_000_000_000;

function counts(afterMs: number, changes: Partial<VideoCounts> = {}): VideoCounts {
  const none = { framesReceived: 0, keyFramesDecoded: 0 };
  return { readAtMs: attachedAtMs + afterMs, ...none, ...changes };
}

describe('the frames of an encrypted video', () => {
  it('are right when none had come before they were decrypted, and nobody is asked for anything', () => {
    const start = new DecryptedStart(attachedAtMs);
    expect(start.isProven).toBe(false);
    start.read(counts(2));
    expect([start.isProven, start.claimKeyFrame()]).toEqual([true, false]);
  });

  it('are wrong until a key frame has been decoded that was asked for, when one had come before', () => {
    const start = new DecryptedStart(attachedAtMs);
    start.read(counts(5, { framesReceived: 3 }));
    expect([start.isProven, start.claimKeyFrame(), start.claimKeyFrame()]).toEqual([false, true, false]);
    // The first key frame is one of the three, and may be decoded later.
    start.read(counts(60, { framesReceived: 4 }));
    start.read(counts(120, { framesReceived: 5, keyFramesDecoded: 1 }));
    start.resumed(attachedAtMs + 155);
    // Counted before the pause was over.
    start.read(counts(100, { framesReceived: 5 }));
    start.read(counts(156, { framesReceived: 5, keyFramesDecoded: 1 }));
    start.read(counts(400, { framesReceived: 5, keyFramesDecoded: 1 }));
    expect(start.isProven).toBe(false);
    start.read(counts(800, { framesReceived: 6, keyFramesDecoded: 2 }));
    expect([start.isProven, start.claimKeyFrame()]).toEqual([true, false]);
  });

  it('are asked about anew when the first request had no answer', () => {
    const start = new DecryptedStart(attachedAtMs);
    start.read(counts(5, { framesReceived: 3 }));
    start.resumed(attachedAtMs + 155);
    start.read(counts(156, { framesReceived: 5 }));
    start.resumed(attachedAtMs + 1_500);
    // One that came before the second pause is as good as one that comes after it, and nobody knows which it was.
    start.read(counts(1_501, { framesReceived: 9, keyFramesDecoded: 1 }));
    expect(start.isProven).toBe(false);
    start.read(counts(1_700, { framesReceived: 11, keyFramesDecoded: 2 }));
    expect(start.isProven).toBe(true);
  });

  it('are not proven by what WebRTC had counted before', () => {
    const start = new DecryptedStart(attachedAtMs);
    start.read(counts(-30));
    expect(start.isProven).toBe(false);
    start.read(counts(30, { framesReceived: 1 }));
    expect([start.isProven, start.claimKeyFrame()]).toEqual([false, true]);
  });

  it('need a key frame when WebRTC does not say in time what came, whatever its clock says then', () => {
    const start = new DecryptedStart(attachedAtMs);
    for (let ms = 0; ms < 1_000; ms += 200) {
      expect(start.claimKeyFrame()).toBe(false);
      start.passed(200);
    }
    expect(start.claimKeyFrame()).toBe(true);
    start.resumed(attachedAtMs - 6_000);
    start.read(counts(-5_900));
    expect(start.isProven).toBe(false);
    start.read(counts(-5_700, { framesReceived: 1, keyFramesDecoded: 1 }));
    expect(start.isProven).toBe(true);
  });

  it('stay right', () => {
    const start = new DecryptedStart(attachedAtMs);
    start.read(counts(2));
    start.passed(5_000);
    start.read(counts(5_000, { framesReceived: 150 }));
    expect([start.isProven, start.claimKeyFrame()]).toEqual([true, false]);
  });
});
