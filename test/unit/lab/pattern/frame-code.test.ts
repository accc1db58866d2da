import { describe, expect, it } from 'vitest';
import { contentBox, FrameReader } from '../../../../src-main/lab/content/content-box.js';
import {
  codeCellCount,
  counterModulus,
  decodeCounter,
  encodeCounter,
} from '../../../../src-main/lab/pattern/frame-code.js';
import { TestPattern } from '../../../../src-main/lab/pattern/test-pattern.js';

function asLumas(cells: Uint8Array): number[] {
  return Array.from(cells, (cell) => (cell === 1 ? 235 : 16));
}

/** The luma of a painted frame, fitted into a black canvas by nearest neighbour, with noise on it. */
function onCanvas(
  frame: TestPattern,
  canvas: { width: number; height: number },
  noise: (position: number) => number,
): { width: number; height: number; pixels: Uint8Array } {
  const box = contentBox({ width: frame.widthPx, height: frame.heightPx }, canvas);
  const pixels = new Uint8Array(canvas.width * canvas.height).fill(16);
  for (let y = 0; y < canvas.height; y += 1) {
    const v = (y / canvas.height - box.top) / box.height;
    for (let x = 0; x < canvas.width; x += 1) {
      const u = (x / canvas.width - box.left) / box.width;
      if (u < 0 || u >= 1 || v < 0 || v >= 1) continue;
      const source = Math.floor(v * frame.heightPx) * frame.widthPx + Math.floor(u * frame.widthPx);
      const position = y * canvas.width + x;
      pixels[position] = Math.max(0, Math.min(255, (frame.i420[source] ?? 0) + noise(position)));
    }
  }
  return { ...canvas, pixels };
}

/** Deterministic and without a pattern that a cell could line up with. */
function noiseOf(amplitude: number): (position: number) => number {
  return (position) => amplitude * Math.sin(position * 12.9898) * Math.cos(position * 78.233);
}

describe('frame code', () => {
  it('gives back every counter it encodes', () => {
    for (const counter of [0, 1, 2, 0x5_5555, 0xa_aaaa, counterModulus - 1]) {
      expect(decodeCounter(asLumas(encodeCounter(counter)))).toBe(counter);
    }
  });

  it('starts again at 0 beyond its range', () => {
    expect(decodeCounter(asLumas(encodeCounter(counterModulus + 7)))).toBe(7);
  });

  it('never reads another number when cells are flipped', () => {
    for (let first = 0; first < codeCellCount; first += 1) {
      for (let second = first; second < codeCellCount; second += 1) {
        const cells = encodeCounter(123_456);
        cells[first] = 1 - (cells[first] ?? 0);
        if (second !== first) cells[second] = 1 - (cells[second] ?? 0);
        expect([null, 123_456]).toContain(decodeCounter(asLumas(cells)));
      }
    }
  });

  it.each([0, 16, 128, 255])('finds no code in a uniform frame of luma %i', (luma) => {
    expect(decodeCounter(new Array<number>(codeCellCount).fill(luma))).toBeNull();
  });
});

describe('reading a painted frame', () => {
  const sizes = [
    { width: 1280, height: 720 },
    { width: 640, height: 360 },
    { width: 360, height: 640 },
    { width: 641, height: 361 },
    { width: 320, height: 240 },
  ];

  it.each(sizes)(
    'finds counter and flash of $width x $height on a small noisy canvas',
    ({ width, height }) => {
      const frame = new TestPattern({ widthPx: width, heightPx: height, name: 'Ada 1', hue: 0.3 });
      const canvas = { width: 480, height: 270 };
      const reader = new FrameReader([...sizes].reverse(), canvas);
      for (const [counter, isFlash] of [
        [4_711, false],
        [4_712, true],
        [4_713, false],
      ] as const) {
        frame.paint({ counter, isFlash, secondPhase: 0.5 });
        expect(reader.read(onCanvas(frame, canvas, noiseOf(40)))).toMatchObject({ counter, isFlash });
      }
    },
  );

  it('finds nothing on a black canvas', () => {
    const canvas = { width: 480, height: 270 };
    const black = { ...canvas, pixels: new Uint8Array(canvas.width * canvas.height).fill(16) };
    expect(new FrameReader(sizes, canvas).read(black)).toEqual({
      counter: null,
      isFlash: false,
      meanLuma: 16,
    });
  });
});
