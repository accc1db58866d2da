import { describe, expect, it } from 'vitest';
import { isClipRate, videoClipFile } from '../../../../src-main/lab/clip/clip-spec.js';
import { ivfFrames } from '../../../../src-main/lab/clip/ivf.js';
import { oggPackets } from '../../../../src-main/lab/clip/ogg.js';

function ivf(frames: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(32);
  head.write('DKIF', 0, 'latin1');
  head.writeUInt16LE(32, 6);
  return Buffer.concat([
    head,
    ...frames.flatMap((frame) => {
      const frameHead = Buffer.alloc(12);
      frameHead.writeUInt32LE(frame.length, 0);
      return [frameHead, frame];
    }),
  ]);
}

function oggPage(segments: readonly number[], body: Buffer): Buffer {
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head.writeUInt8(segments.length, 26);
  return Buffer.concat([head, Buffer.from(segments), body]);
}

describe('IVF', () => {
  const frames = [Buffer.from('first'), Buffer.from(''), Buffer.from('third')];

  it('gives its frames back', () => {
    expect(ivfFrames(ivf(frames))).toEqual(frames);
  });

  it('is refused when it is cut off, wherever', () => {
    const whole = ivf(frames);
    expect(() => ivfFrames(whole.subarray(0, whole.length - 1))).toThrow('cut off');
    expect(() => ivfFrames(whole.subarray(0, 32 + 5))).toThrow('cut off');
    expect(() => ivfFrames(Buffer.from('no clip at all, but long enough'))).toThrow('no IVF');
  });
});

describe('Ogg', () => {
  it('gives packets back that share a page, or go on over the next', () => {
    const long = Buffer.alloc(300, 7);
    const file = Buffer.concat([
      oggPage([2, 3, 255], Buffer.concat([Buffer.from('ab'), Buffer.from('cde'), long.subarray(0, 255)])),
      oggPage([45, 1], Buffer.concat([long.subarray(255), Buffer.from('z')])),
    ]);
    expect(oggPackets(file)).toEqual([Buffer.from('ab'), Buffer.from('cde'), long, Buffer.from('z')]);
  });

  it('is refused when it is cut off or something else', () => {
    const page = oggPage([2], Buffer.from('ab'));
    expect(() => oggPackets(page.subarray(0, page.length - 1))).toThrow('cut off');
    expect(() => oggPackets(Buffer.from('text'))).toThrow('no Ogg');
  });
});

describe('what a clip is made of', () => {
  const spec = {
    ...{ width: 640, height: 360, fps: 30, codec: 'vp8' as const, temporalLayers: 1 },
    ...{ maxBitrateBps: 1_500_000, name: 'ADA', hue: 0 },
  };

  it('names its file: the same for the same, another for any difference', () => {
    const { hue, ...rest } = spec;
    expect(videoClipFile({ hue, ...rest })).toBe(videoClipFile(spec));
    const others = [{ name: 'BEN' }, { hue: 0.5 }, { fps: 15 }, { codec: 'h264' as const }, { width: 642 }];
    const names = others.map((other) => videoClipFile({ ...spec, ...other }));
    expect(new Set([...names, videoClipFile(spec)]).size).toBe(others.length + 1);
  });

  it('has a frame rate with which a loop lasts whole seconds', () => {
    expect([10, 15, 24, 25, 30, 50, 60].every(isClipRate)).toBe(true);
    expect([29.97, 23, 7, 0.5].some(isClipRate)).toBe(false);
  });
});
