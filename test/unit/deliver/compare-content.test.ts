import { describe, expect, it } from 'vitest';
import { compareContent, differenceIn } from '../../../src-main/deliver/compare-content.js';
import {
  blackLuma,
  type Content,
  ContentReader,
  silenceDb,
} from '../../../src-main/deliver/content-reader.js';

const fps = 30;
const canvas = { width: 320, height: 180 };

/** What ffmpeg prints of a frame. */
const frameLine = (ms: number, luma: number, size = '320x180'): string =>
  `[Parsed_showinfo_1 @ 0x1] [info] n:   7 pts: ${ms * 1_000} pts_time:${ms / 1_000} pos: 1 fmt:yuv420p sar:1/1 s:${size} i:P iskey:0 type:P checksum:1 plane_checksum:[1 2 3] mean:[${luma} 128 128] stdev:[1.0 0.0 0.0]`;

/** Three seconds, each with a flash and a beep of 200 ms at its start. */
function marks(lateMs = 0, { dark = 71, quietDb = 120, size = '320x180' } = {}): Content {
  const reader = new ContentReader(fps, 3 * fps, 3_000_000);
  for (let slot = 0; slot < 3 * fps; slot += 1) {
    const ms = (slot * 1_000) / fps;
    const isMark = (ms - lateMs + 1_000) % 1_000 < 200;
    reader.readVideo(frameLine(ms, isMark ? 235 : dark, size));
  }
  for (let ms = 0; ms < 3_000; ms += 10) {
    const isMark = (ms - lateMs + 1_000) % 1_000 < 200;
    reader.readAudio(`frame:1    pts:${ms * 1_000}       pts_time:0.0`);
    reader.readAudio(`lavfi.astats.Overall.RMS_level=${isMark ? -12.5 : -quietDb}`);
  }
  return reader.result();
}

describe('what is read of a file', () => {
  it('holds a frame up to the next one, and black before the first', () => {
    const reader = new ContentReader(10, 10, 0);
    reader.readVideo(frameLine(300, 100));
    reader.readVideo(frameLine(690, 200, '180x320'));
    // Two in one slot: the later one is shown.
    reader.readVideo(frameLine(710, 220, '180x320'));
    const { leadSlots, luma, sizes } = reader.result();
    expect([...luma]).toEqual([16, 16, 16, 100, 100, 100, 100, 220, 220, 220]);
    expect(leadSlots).toBe(3);
    expect(sizes).toEqual([
      { width: 320, height: 180, slots: 4 },
      { width: 180, height: 320, slots: 3 },
    ]);
  });

  it('is silent where there is nothing, or next to nothing', () => {
    const reader = new ContentReader(10, 0, 50_000);
    reader.readAudio('frame:0    pts:10000       pts_time:0.01');
    reader.readAudio('lavfi.astats.Overall.RMS_level=-20.4');
    reader.readAudio('frame:1    pts:20000       pts_time:0.02');
    reader.readAudio('lavfi.astats.Overall.RMS_level=-inf');
    reader.readAudio('frame:2    pts:30000       pts_time:0.03');
    reader.readAudio('lavfi.astats.Overall.RMS_level=-897.069387');
    // Behind its end.
    reader.readAudio('frame:9    pts:90000       pts_time:0.09');
    reader.readAudio('lavfi.astats.Overall.RMS_level=-1');
    expect([...reader.result().level]).toEqual([silenceDb, 20, silenceDb, silenceDb, silenceDb]);
  });

  it.each([
    ['-90.00', 90],
    ['180.00', 180],
    ['-180.00', 180],
    ['90.00', 270],
  ])('is to be turned by what ffmpeg calls %s degrees: %i clockwise', (printed, clockwise) => {
    const reader = new ContentReader(10, 0, 0);
    reader.readVideo(`[info]       displaymatrix: rotation of ${printed} degrees`);
    expect(reader.result().rotation).toBe(clockwise);
  });

  it('says whether its colors are told', () => {
    const told = ['unknown', 'bt470bg'].map((space) => {
      const reader = new ContentReader(10, 0, 0);
      reader.readVideo(
        `[info] color_range:tv color_space:${space} color_primaries:unknown color_trc:unknown`,
      );
      return reader.result().isColorKnown;
    });
    expect(told).toEqual([false, true]);
  });
});

describe('a file beside its original', () => {
  it('is the same when an encoder has changed it a little', () => {
    const compared = compareContent(marks(), marks(0, { dark: 73, quietDb: 61 }), canvas, 0);
    expect(compared).toEqual({
      video: { frames: 90, differing: 0, offFrames: 0 },
      audio: { blocks: 300, differing: 0, offMs: 0 },
    });
    expect(differenceIn(compared)).toBeNull();
  });

  it('is late when it is', () => {
    const late = marks(100);
    expect(compareContent(marks(), late, canvas, 0)).toMatchObject({
      video: { offFrames: 3 },
      audio: { offMs: 100 },
    });
    expect(differenceIn(compareContent(marks(), late, canvas, 0))).toBe('The video is 3 frames late.');
    expect(differenceIn(compareContent(late, marks(), canvas, 0))).toBe('The video is 3 frames early.');
    expect(differenceIn(compareContent(marks(), { ...late, luma: marks().luma }, canvas, 0))).toBe(
      'The audio is 100 ms late.',
    );
  });

  it('shows something else when a stretch of it is black, or silent', () => {
    const made = marks();
    const luma = made.luma.slice().fill(blackLuma, 40, 50);
    expect(differenceIn(compareContent(marks(), { ...made, luma }, canvas, 0))).toMatch(
      /^\d+ of 90 frames show something else/,
    );
    const level = made.level.slice().fill(silenceDb, 100, 120);
    expect(differenceIn(compareContent(marks(), { ...made, level }, canvas, 0))).toMatch(
      /ms of 3000 ms of audio are not as loud/,
    );
  });

  it('is darker by the black around a frame of another shape', () => {
    // A third of the width: 16 + (235 - 16) * 0.316 = 85.
    const upright = marks(0, { size: '180x320' });
    const share = (180 * (180 / 320)) / 320;
    const shown = upright.luma.map((luma) => Math.round(16 + (luma - 16) * share));
    expect(compareContent(upright, { ...marks(), luma: shown }, canvas, 0).video).toMatchObject({
      differing: 0,
    });
    expect(compareContent(upright, upright, canvas, 0).video?.differing).toBe(90);
    // Turned it fills the canvas.
    expect(compareContent(upright, upright, canvas, 90).video?.differing).toBe(0);
  });
});
