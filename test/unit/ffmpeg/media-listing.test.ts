import { describe, expect, it } from 'vitest';
import { type ListedPacket, ListingParser, streamOf } from '../../../src-main/ffmpeg/media-listing.js';
import { TextTail } from '../../../src-main/process/text-tail.js';

const exit = { exitCode: 0, stderr: new TextTail() };

/** As ffmpeg 5.1 and 7.0 print them; framecrc has the same lines without the first three. */
const header = [
  '#format: frame checksums',
  '#version: 2',
  '#hash: CRC32',
  '#extradata 0,                              47, 6b06dc0d',
  '#software: Lavf59.27.100',
  '#tb 0: 1/16000',
  '#media_type 0: video',
  '#codec_id 0: h264',
  '#dimensions 0: 1280x720',
  '#sar 0: 1/1',
  '#tb 1: 1/48000',
  '#media_type 1: audio',
  '#codec_id 1: aac',
  '#sample_rate 1: 48000',
  '#channel_layout_name 1: stereo',
  '#stream#, dts,        pts, duration,     size, hash',
];

function parse(lines: string[], onPacket?: (packet: ListedPacket) => void) {
  const parser = new ListingParser(undefined, onPacket);
  for (const line of lines) parser.read(line);
  return parser.result(exit);
}

describe('ListingParser', () => {
  it('reads streams, times and packets, of one channel', () => {
    const packets: ListedPacket[] = [];
    const listing = parse(
      [
        ...header,
        '1,      -1024,      -1024,     1024,      374, 10ddbe3d, S=1, 10, 0x0a0b0c0d',
        '0,        341,        341,      640,     3086, e0b82db4',
      ],
      (packet) => packets.push({ ...packet }),
    );
    expect(streamOf(listing, 'video')).toMatchObject({ codec: 'h264', width: 1280, height: 720, count: 1 });
    expect(streamOf(listing, 'audio')).toMatchObject({
      codec: 'aac',
      sampleRateHz: 48_000,
      channels: 2,
      count: 1,
      endUs: 0,
    });
    expect(streamOf(listing, 'audio')?.firstUs).toBeCloseTo(-21_333.3, 0);
    expect(listing.endUs).toBeCloseTo(61_312.5, 1);
    expect(packets).toEqual([
      { stream: 1, kind: 'audio', dtsUs: (-1024 / 48_000) * 1e6, sizeBytes: 374, crc32: 0x10ddbe3d },
      { stream: 0, kind: 'video', dtsUs: (341 / 16_000) * 1e6, sizeBytes: 3086, crc32: 0xe0b82db4 },
    ]);
  });

  it('needs nothing of the other channel: errors are counted whenever they come', () => {
    const parser = new ListingParser();
    parser.readError('[h264 @ 0x1] [error] Stream #0:0: Video: vp8, 2x2');
    for (const line of [...header, '0, 0, 0, 640, 3086, e0b82db4']) parser.read(line);
    parser.readError('[info] Duration: 09:00:00.00, start: 5.4');
    const listing = parser.result(exit);
    expect(listing).toMatchObject({ errorCount: 1, streams: [{ codec: 'h264', count: 1, firstUs: 0 }, {}] });
  });

  it('finds the end and the longest step with its place', () => {
    const frames = [
      '#tb 0: 1/1000',
      '#media_type 0: video',
      '0, 0, 0, 33, 1, 0x0',
      '0, 33, 33, 33, 1, 0x0',
      '0, 900, 900, 33, 1, 0x0, F=0x0',
    ];
    expect(streamOf(parse(frames), 'video')).toMatchObject({
      count: 3,
      lastUs: 900_000,
      endUs: 933_000,
      maxStepUs: 867_000,
      maxStepAtUs: 33_000,
    });
  });

  it('reads nothing out of nothing', () => {
    expect(parse([])).toMatchObject({ streams: [], endUs: null, errorCount: 0 });
  });

  it('collects errors, bounded and without folders', () => {
    const parser = new ListingParser();
    for (let count = 0; count < 50; count += 1) {
      parser.readError('[h264 @ 0x55d0] [error] /home/ada/x.mp4: broken');
    }
    const listing = parser.result(exit);
    expect(listing.errorCount).toBe(50);
    expect(listing.errors).toHaveLength(10);
    expect(listing.errors[0]).not.toContain('ada/');
  });
});
