import { describe, expect, it } from 'vitest';
import { ListingParser, streamOf } from '../../../src-main/ffmpeg/media-listing.js';
import { TextTail } from '../../../src-main/process/text-tail.js';

const exit = { exitCode: 0, stderr: new TextTail() };

function parse(banner: string[], frames: string[]) {
  const parser = new ListingParser();
  for (const line of banner) parser.readBanner(line);
  for (const line of frames) parser.readFrame(line);
  return parser.result(exit);
}

const banner51 = [
  "[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'x.mp4':",
  '[info]   Duration: 01:00:05.02, start: -0.021333, bitrate: 43 kb/s',
  '[info]   Stream #0:0[0x1](eng): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, smpte170m/bt709/bt709, progressive), 1280x720 [SAR 1:1 DAR 16:9], 12 kb/s, 30.19 fps, 30 tbr, 16k tbn (default)',
  '[info]   Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 21 kb/s (default)',
  "[info] Output #0, framecrc, to 'pipe:1':",
  '[info]   Stream #0:0(eng): Video: wrapped_avframe, yuv420p, 640x360',
];

describe('ListingParser', () => {
  it('reads streams and times of the input, and leaves the output alone', () => {
    const listing = parse(banner51, [
      '#tb 0: 1/16000',
      '#tb 1: 1/48000',
      '1, -1024, -1024, 1024, 374, 0x10ddbe3d',
    ]);
    expect(listing).toMatchObject({ startUs: -21_333, containerDurationUs: 3_605_020_000 });
    expect(streamOf(listing, 'video')).toMatchObject({ codec: 'h264', width: 1280, height: 720, count: 0 });
    expect(streamOf(listing, 'audio')).toMatchObject({
      codec: 'aac',
      sampleRateHz: 48_000,
      channels: 2,
      count: 1,
    });
    expect(streamOf(listing, 'audio')?.firstUs).toBeCloseTo(-21_333.3, 0);
    expect(streamOf(listing, 'audio')?.endUs).toBeCloseTo(0);
  });

  it('reads VP8, whose size is followed by a comma, and a file without a duration', () => {
    const listing = parse(
      [
        "[info] Input #0, matroska,webm, from 'x.webm':",
        '[info]   Duration: N/A, start: -0.007000, bitrate: N/A',
        '[info]   Stream #0:0(eng): Video: vp8, yuv420p(tv, smpte170m/bt709/bt709, progressive), 640x360, SAR 1:1 DAR 16:9, 30 fps',
      ],
      [],
    );
    expect(listing).toMatchObject({ containerDurationUs: null, startUs: -7_000 });
    expect(streamOf(listing, 'video')).toMatchObject({ codec: 'vp8', width: 640, height: 360 });
  });

  it('finds the end and the longest step', () => {
    const frames = [
      '#tb 0: 1/1000',
      '0, 0, 0, 33, 1, 0x0',
      '0, 33, 33, 33, 1, 0x0',
      '0, 900, 900, 33, 1, 0x0, F=0x0',
    ];
    expect(streamOf(parse(banner51, frames), 'video')).toMatchObject({
      count: 3,
      lastUs: 900_000,
      endUs: 933_000,
      maxStepUs: 867_000,
    });
  });

  it('collects errors, bounded and without folders', () => {
    const errors = Array.from({ length: 50 }, () => '[h264 @ 0x55d0] [error] /home/ada/x.mp4: broken');
    const listing = parse([...banner51, ...errors], []);
    expect(listing.errorCount).toBe(50);
    expect(listing.errors).toHaveLength(10);
    expect(listing.errors[0]).not.toContain('ada/');
  });
});
