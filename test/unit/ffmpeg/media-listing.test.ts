import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ListedPacket, ListingParser } from '../../../src-main/ffmpeg/listing-parser.js';
import { listMedia, streamOf } from '../../../src-main/ffmpeg/media-listing.js';
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

describe.skipIf(process.platform === 'win32')('an ffmpeg that somebody ends while it reads', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plateau-listing-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** A program in the place of ffmpeg that prints a packet more each time, and ends as it is told until it has printed three. */
  async function read(
    end: string,
  ): Promise<{ packets: number[]; listing: Awaited<ReturnType<typeof listMedia>> }> {
    const ffmpegPath = join(folder, 'ffmpeg');
    const lines = header.map((line) => `echo '${line}'`);
    const packet = (index: number): string =>
      `echo '0, ${index * 640}, ${index * 640}, 640, ${100 + index}, 0000000${index}'`;
    await writeFile(
      ffmpegPath,
      [
        '#!/bin/sh',
        `runs=$(cat "${folder}/runs" 2>/dev/null || echo 0)`,
        `echo $((runs + 1)) > "${folder}/runs"`,
        ...lines,
        packet(0),
        `[ $runs -ge 1 ] || ${end}`,
        packet(1),
        `[ $runs -ge 2 ] || ${end}`,
        packet(2),
      ].join('\n'),
      { mode: 0o755 },
    );
    const packets: number[] = [];
    const listing = await listMedia({
      ...{ ffmpegPath, path: join(folder, 'ada.mp4'), what: 'packets' },
      onPacket: ({ sizeBytes }) => packets.push(sizeBytes),
    });
    return { packets, listing };
  }

  it.each([
    ['killed', 'kill -KILL $$'],
    ['asked to end', 'exit 255'],
  ])('is started again, and each packet is told once (%s)', async (_, end) => {
    const { listing, packets } = await read(end);
    expect(packets).toEqual([100, 101, 102]);
    expect(streamOf(listing, 'video')?.count).toBe(3);
    expect(listing.exit.exitCode).toBe(0);
  });

  it('is no fault of the file: ended each time, it says so', async () => {
    await writeFile(join(folder, 'runs'), '-9');
    await expect(read('kill -TERM $$')).rejects.toMatchObject({
      code: 'ffmpegFailed',
      message: 'ffmpeg was ended by SIGTERM each time that it read ada.mp4.',
    });
  });
});
