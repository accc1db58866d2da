import { describe, expect, it } from 'vitest';
import type { TakeEntry } from '../../../../src-main/contract/takes.js';
import {
  fileAt,
  filesToLoad,
  markerBeside,
  mediaAddress,
  playedLengthMs,
  type TakeTrack,
  tracksOf,
} from '../../../../src-renderer/derive/take-tracks.js';

type FileEntry = TakeEntry['files'][number];

function file(name: string, change: Partial<FileEntry> = {}): FileEntry {
  const [identity = ''] = name.split(/[-.]/);
  return {
    ...{ file: name, identity, participantName: '', kind: 'participant', trackNumber: 1, hasVideo: true },
    ...{ state: 'verified', durationMs: 10_000, sizeBytes: 1, problem: null },
    ...change,
  };
}

function only(files: readonly FileEntry[]): TakeTrack {
  const [track, ...more] = tracksOf({ files: [...files] });
  if (track === undefined || more.length > 0) throw new Error('not one track');
  return track;
}

const split = only([
  file('ada.mp4', { partNumber: 1, startMs: 0, durationMs: 10_020 }),
  file('ada-part2.mp4', { partNumber: 2, startMs: 10_000, durationMs: 5_000 }),
]);

describe('the tracks of a take', () => {
  it('plays the MP4 file that was made of a file, where there is one', () => {
    const settings = { fps: 30, size: 'source' } as const;
    const deliverables = [{ file: 'ada.mp4', source: 'ada.mkv', sizeBytes: 1, settings }];
    const tracks = tracksOf({ deliverables, files: [file('ada.mkv'), file('ben.mkv')] });
    expect(tracks.flatMap(({ files }) => files.map((one) => `${one.file} ${one.media}`))).toEqual([
      'ada.mkv ada.mp4',
      'ben.mkv ben.mkv',
    ]);
  });

  it('puts the parts of a file in one line, in the order of time, each at its place', () => {
    const late = file('ada-part2.mp4', { partNumber: 2, startMs: 10_000, durationMs: 5_000 });
    const track = only([late, file('ada.mp4', { partNumber: 1, durationMs: 10_020 })]);
    expect(track.files).toMatchObject([
      // What an encoder adds at the end is not played beside the next part.
      { file: 'ada.mp4', startMs: 0, endMs: 10_000 },
      { file: 'ada-part2.mp4', startMs: 10_000, endMs: 15_000 },
    ]);
  });

  it('keeps screen, further camera and further microphone of somebody apart', () => {
    const tracks = tracksOf({
      files: [
        file('ada.mp4', { participantName: 'Ada' }),
        file('ada-screen.mp4', { kind: 'screenShare' }),
        file('ada-camera-2.mp4', { trackNumber: 2 }),
        file('ada-2.m4a', { trackNumber: 2, hasVideo: false }),
        file('ben.m4a', { hasVideo: false }),
      ],
    });
    expect(tracks.map(({ participantName, label, hasVideo }) => [participantName, label, hasVideo])).toEqual([
      ['Ada', '', true],
      ['ada', 'screen', true],
      ['ada', 'camera 2', true],
      ['ada', 'microphone 2', false],
      ['ben', '', false],
    ]);
    expect(new Set(tracks.map(({ id }) => id)).size).toBe(5);
  });

  it('is one track for a microphone whose camera comes in the next part', () => {
    const track = only([
      file('ada.m4a', { partNumber: 1, hasVideo: false }),
      file('ada-part2.mp4', { partNumber: 2, startMs: 10_000 }),
    ]);
    expect(track.hasVideo).toBe(true);
  });

  it('plays two files of one part beside each other', () => {
    expect(tracksOf({ files: [file('ada.mp4'), file('ada.m4a', { hasVideo: false })] })).toHaveLength(2);
  });
});

describe('the timeline', () => {
  it('finds the file of a moment, the next part from its first moment on', () => {
    const at = (takeMs: number): string | undefined => fileAt(split, takeMs)?.file;
    expect([0, 9_999, 10_000, 15_000].map(at)).toEqual([
      ...['ada.mp4', 'ada.mp4', 'ada-part2.mp4', 'ada-part2.mp4'],
    ]);
    expect(at(15_001)).toBeUndefined();
  });

  it('has nothing before a file that begins late, and between two that do not meet', () => {
    const gap = only([
      file('ada.mp4', { partNumber: 1, startMs: 1_000, durationMs: 2_000 }),
      file('ada-part2.mp4', { partNumber: 2, startMs: 5_000 }),
    ]);
    expect([500, 3_500].map((takeMs) => fileAt(gap, takeMs))).toEqual([null, null]);
    expect(fileAt(gap, 5_000)?.file).toBe('ada-part2.mp4');
  });

  it('loads what plays, and what begins within seconds: never more than two files of a track', () => {
    const parts = Array.from({ length: 9 }, (_, at) =>
      file(`ada-part${at}.mp4`, { partNumber: at + 1, startMs: at * 1_000, durationMs: 1_000 }),
    );
    expect(filesToLoad(split, 1_000)).toHaveLength(1);
    expect(filesToLoad(split, 2_500).map((one) => one.file)).toEqual(['ada.mp4', 'ada-part2.mp4']);
    for (const takeMs of [0, 2_500, 8_900])
      expect(filesToLoad(only(parts), takeMs).length).toBeLessThanOrEqual(2);
  });

  it('lasts to the end of the last file, also where only the window knows how long that is', () => {
    expect(playedLengthMs([split], 14_000)).toBe(15_000);
    expect(playedLengthMs([split], null)).toBe(15_000);
    const unknown = { files: [file('ada.mp4', { durationMs: null })] };
    expect(playedLengthMs(tracksOf(unknown), null)).toBe(0);
    expect(playedLengthMs(tracksOf(unknown, { 'ada.mp4': 7_000 }), null)).toBe(7_000);
    expect(fileAt(tracksOf(unknown)[0] ?? { files: [] }, 60_000)?.file).toBe('ada.mp4');
  });
});

describe('markers', () => {
  const markers = [1_000, 5_000, 9_000].map((takeMs) => ({ takeMs, label: String(takeMs) }));

  it('jumps to the one behind, and to the one before where it stands just behind one', () => {
    expect(markerBeside(markers, 5_000, 1)?.takeMs).toBe(9_000);
    expect(markerBeside(markers, 9_000, 1)).toBeNull();
    expect(markerBeside(markers, 8_000, -1)?.takeMs).toBe(5_000);
    expect(markerBeside(markers, 5_800, -1)?.takeMs).toBe(1_000);
    expect(markerBeside(markers, 500, -1)).toBeNull();
  });
});

it('asks for a file by names that lead nowhere else', () => {
  expect(mediaAddress('/media/', 'a take', 'ä#?/.mp4')).toBe('/media/a%20take/%C3%A4%23%3F%2F.mp4');
});
