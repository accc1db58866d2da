import { describe, expect, it } from 'vitest';
import { difference } from './compare.js';
import { decodePng, encodePng, type Picture } from './png.js';
import { inFewColors, reduced } from './reduced.js';

type Color = readonly [red: number, green: number, blue: number];

const ground: Color = [21, 24, 29];
const line: Color = [38, 43, 51];

/** A field of 30 x 18 px with a line around it, on a ground of 120 x 90 px. */
function field(left: number, border: Color = line, inside: Color = ground): Picture {
  const [width, height] = [120, 90];
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [(pixel % width) - left, Math.floor(pixel / width) - 30];
    const isIn = x >= 0 && x < 30 && y >= 0 && y < 18;
    const isEdge = isIn && (x === 0 || x === 29 || y === 0 || y === 17);
    rgb.set(isEdge ? border : isIn ? inside : ground, pixel * 3);
  }
  return { width, height, rgb };
}

function differs(before: Picture, after: Picture): boolean {
  return difference(inFewColors(reduced(before)), reduced(after)) !== null;
}

describe('images of the window', () => {
  it('are the same when nothing has changed', () => {
    expect(differs(field(30), field(30))).toBe(false);
  });

  it('show a field that has moved by 6 px, with a line that can hardly be seen', () => {
    expect(differs(field(30), field(36))).toBe(true);
  });

  it('show a ground whose color has changed by 4 of 255, and none that has by 2', () => {
    expect(differs(field(30), field(30, line, [25, 24, 29]))).toBe(true);
    expect(differs(field(30), field(30, line, [23, 24, 29]))).toBe(false);
  });

  it('show a word that is gone', () => {
    expect(differs(field(30, [164, 172, 185]), field(30, ground))).toBe(true);
  });

  it('do not show where the dots of an underline stand', () => {
    const dotted = (phase: number): Picture => {
      const { rgb, ...size } = field(30);
      const dots = Uint8Array.from(rgb);
      for (let x = 60 + phase; x < 90; x += 4) dots.set([255, 255, 255], (60 * size.width + x) * 3);
      return { ...size, rgb: dots };
    };
    expect(differs(dotted(0), dotted(2))).toBe(false);
  });

  it('are of one size', () => {
    expect(differs(field(30), { ...field(30), width: 90, height: 120 })).toBe(true);
  });

  it('are read as they were written, however many colors they had', () => {
    const many = {
      width: 100,
      height: 100,
      rgb: Uint8Array.from({ length: 30_000 }, (_, at) => (at * 89) % 256),
    };
    const kept = inFewColors(many);
    const { palette, rgb } = decodePng(encodePng(kept, kept.own, 'source'));
    expect(Buffer.from(rgb).equals(Buffer.from(kept.rgb))).toBe(true);
    expect(palette.length).toBeLessThanOrEqual(256);
    expect(difference(kept, many)).toBeNull();
  });
});
