import { describe, expect, it } from 'vitest';
import { MatroskaScanner } from '../../../src-main/sink/matroska-scanner.js';
import { Mp4Scanner } from '../../../src-main/sink/mp4-scanner.js';

/** A generator of its own: what failed once fails again. */
function noise(seed: number, length: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.length, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
}

describe.each([
  ['MP4', () => new Mp4Scanner()],
  ['Matroska', () => new MatroskaScanner()],
])('a scanner of %s', (_, create) => {
  it('has counted nothing of nothing', () => {
    expect(create().count()).toEqual({ video: null, audio: null });
  });

  it('never throws, and claims no packet of what is no such file', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const scanner = create();
      const bytes = noise(seed, 3_000);
      for (let at = 0; at < bytes.length; at += 11) scanner.push(bytes.subarray(at, at + 11));
      const count = scanner.count();
      expect(count?.video ?? null).toBeNull();
      expect(count?.audio ?? null).toBeNull();
    }
  });
});

describe('Mp4Scanner', () => {
  it('knows nothing of a file whose header does not end', () => {
    const scanner = new Mp4Scanner();
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0xffff_fff0, 0);
    header.write('moof', 4, 'latin1');
    scanner.push(Buffer.concat([box('ftyp', Buffer.from('isom')), header, Buffer.alloc(100)]));
    expect(scanner.count()).toBeNull();
  });

  it('passes over boxes that it does not know', () => {
    const scanner = new Mp4Scanner();
    scanner.push(
      Buffer.concat([box('ftyp', Buffer.from('isom')), box('free', Buffer.alloc(70_000)), box('sidx')]),
    );
    expect(scanner.count()).toEqual({ video: null, audio: null });
  });
});
