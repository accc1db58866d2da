import { expect, it } from 'vitest';
import type { LossGap } from '../../../src-main/contract/stamps.js';
import { gapsOfFile } from '../../../src-main/finalize/gaps-of-file.js';

const audio = { stream: 'audio', cause: 'neverArrived', lostFrames: null } as const;
const found = { stream: 'audio', atMs: 5_547, durationMs: 335 } as const;
const hole: LossGap = { ...found, durationMs: 498, cause: 'encoderEnded', lostFrames: null };

it('has a hole that an encoder left once, from where its file ends and as long as it was', () => {
  // As it was noticed while ffmpeg was killed and another one started.
  const video: LossGap = {
    ...audio,
    stream: 'video',
    cause: 'dropped',
    atMs: 5_861,
    durationMs: 201,
    lostFrames: 15,
  };
  const noticed = { ...audio, atMs: 5_592, durationMs: 498 };
  const gaps = gapsOfFile({ gaps: [video, noticed] }, [found]);
  expect(gaps).toEqual([hole, video]);
  // `recover` and a check that was interrupted look again.
  expect(gapsOfFile({ gaps }, [found])).toEqual(gaps);
});

it('has the frames that went with it from where the file of the encoder ends', () => {
  const noticed: LossGap = {
    ...{ stream: 'video', cause: 'dropped', atMs: 5_861, durationMs: 201, lostFrames: 15 },
  };
  const gaps = gapsOfFile({ gaps: [noticed] }, [{ stream: 'video', atMs: 5_530, durationMs: 352 }]);
  // 15 of 30 fps are half a second.
  expect(gaps).toEqual([{ ...noticed, cause: 'encoderEnded', atMs: 5_530, durationMs: 532 }]);
});

it('has the cause of most of it: of a standstill that nothing has come', () => {
  const noticed = { ...audio, atMs: 5_800, durationMs: 7_400 };
  const gaps = gapsOfFile({ gaps: [noticed] }, [found]);
  expect(gaps).toEqual([{ ...noticed, atMs: 5_547 }]);
  expect(gapsOfFile({ gaps }, [found])).toEqual(gaps);
});

it('has two that are near as two, although they were noticed as one', () => {
  const noticed = { ...audio, atMs: 4_592, durationMs: 982 };
  const holes = [
    { stream: 'audio', atMs: 4_523, durationMs: 277 },
    { stream: 'audio', atMs: 5_291, durationMs: 709 },
  ] as const;
  const expected = holes.map((one) => ({ ...one, cause: 'encoderEnded', lostFrames: null }));
  const gaps = gapsOfFile({ gaps: [noticed] }, holes);
  expect(gaps).toEqual(expected);
  expect(gapsOfFile({ gaps }, holes)).toEqual(expected);
});

it('keeps apart what is another stream’s, or another time’s', () => {
  const before = { ...audio, atMs: 3_000, durationMs: 2_000 };
  const after = { ...audio, atMs: 6_400, durationMs: 200 };
  expect(gapsOfFile({ gaps: [before, after] }, [found])).toEqual([
    before,
    { ...found, cause: 'encoderEnded', lostFrames: null },
    after,
  ]);
});

it('stands on the timeline of the take, where the file is a part of one', () => {
  const part = { number: 2, startMs: 60_000, endMs: null };
  const noticed = { ...audio, atMs: 65_600, durationMs: 498 };
  expect(gapsOfFile({ gaps: [noticed], part }, [found])).toEqual([{ ...hole, atMs: 65_547 }]);
});

it('finds what nobody had noticed', () => {
  expect(gapsOfFile({}, [found])).toEqual([{ ...found, cause: 'encoderEnded', lostFrames: null }]);
});

it('has no gap beyond the end of the file, although one that was open at the stop was measured later', () => {
  const segment = { file: 'ada.mp4', startMs: 0, endMs: 57_500 };
  const open = { ...audio, atMs: 50_000, durationMs: 8_200 };
  const beyond = { ...audio, atMs: 57_600, durationMs: 600 };
  const before = { ...audio, atMs: 1_000, durationMs: 300 };
  expect(gapsOfFile({ gaps: [before, open, beyond], segments: [segment] }, [])).toEqual([
    before,
    { ...open, durationMs: 7_500 },
  ]);
  // A part is named on the take's timeline, and of a file that grows nobody knows the end.
  const part = { number: 2, startMs: 40_000, endMs: null };
  expect(gapsOfFile({ gaps: [open], part, segments: [segment] }, [])).toEqual([
    { ...open, durationMs: 7_500 },
  ]);
  expect(gapsOfFile({ gaps: [open], segments: [{ ...segment, endMs: null }] }, [])).toEqual([open]);
});

it('has nothing of a gap that begins right at its end, and goes on in the next part', () => {
  const segments = [{ file: 'ada.mp4', startMs: 0, endMs: 8_000, packets: null }];
  const gap = { ...audio, atMs: 7_996, durationMs: 543 };
  expect(gapsOfFile({ gaps: [gap], segments }, [])).toEqual([]);
  expect(gapsOfFile({ gaps: [{ ...gap, atMs: 7_900 }], segments }, [])).toEqual([
    { ...gap, atMs: 7_900, durationMs: 100 },
  ]);
});
