import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blackByFfmpeg, BlackFrames } from '#engine/copy/file/black-frames.js';
import { ParticipantFile } from '#engine/copy/file/participant-file.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { verifyFile } from '#engine/finalize/verify.js';
import { copyTrack, PacketFeed, packetize } from '../../fixtures/copy-packets.js';
import { clipFps, clipSeconds, encodeClip, encodeTone, ffmpeg } from '../../fixtures/encoded-clips.js';
import { blocksOf } from '../../fixtures/matroska-blocks.js';

const originMs = 70_000;
/** The participant comes after two seconds; camera and microphone are off for two seconds between two clips. */
const starts = [2_000, 2_000 + clipSeconds * 1_000 + 2_000] as const;
const endMs = starts[1] + clipSeconds * 1_000 + 1_500;

let folder = '';
let tone: readonly Buffer[] = [];
const blackFrames = new BlackFrames(
  async (...picture) => await blackByFfmpeg((await findFfmpeg()).path)(...picture),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-timeline-'));
  tone = await encodeTone(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Whether something is on at a time of the file: within the two clips, which are whole seconds. */
function isOn(ms: number): boolean {
  return starts.some((from) => ms >= from && ms < from + clipSeconds * 1_000);
}

it('is verified when its camera came at the very end, behind all of its audio', async () => {
  const clip = await encodeClip(folder, 'vp8');
  const [first] = clip?.frames ?? [];
  if (first === undefined) throw new Error('There is no clip.');
  const path = join(folder, 'late.mkv');
  const file = await ParticipantFile.create(path, { originMs, blackFrames });
  const video = new PacketFeed(file.add(copyTrack('vp8'), null), 'vp8');
  file.setOn('video', true, 3_000);
  const arrivedMs = originMs + 3_000;
  video.picture(packetize('vp8', first), arrivedMs * 90, { arrivedMs });
  const audio = new PacketFeed(file.add(copyTrack('opus'), null), 'opus');
  audio.packet(tone[0] ?? Buffer.alloc(0), arrivedMs * 48, { arrivedMs });
  file.tick(arrivedMs + 5);
  await file.finish(3_005);
  const { path: ffmpegPath } = await findFfmpeg();
  const expectation = {
    ...{ canvas: file.video?.size ?? null, videoCodec: 'vp8', audioCodec: 'opus', hasSizes: true },
    ...{ packets: file.packets, durationMs: 3_005, durationToleranceMs: 1_100 },
  };
  const { audioFrames, findings } = await verifyFile(path, expectation, 'quick', { ffmpegPath });
  expect(findings).toEqual([]);
  expect(audioFrames).toBeGreaterThan(50);
});

describe.each(['vp8', 'vp9', 'h264', 'h265', 'av1'] as const)('the timeline of a file with %s', (codec) => {
  it('has black and silence before a late join, while camera and microphone are off, and up to the end', async ({
    skip,
  }) => {
    const clip = await encodeClip(folder, codec);
    if (clip === null) return skip('ffmpeg has no encoder for it');
    // Made before, as for another participant: here three seconds of video come in no time.
    await blackFrames.of(codec, { width: 320, height: 180 });
    const path = join(folder, `${codec}.mkv`);
    const file = await ParticipantFile.create(path, { originMs, blackFrames });
    const video = new PacketFeed(file.add(copyTrack(codec), null), codec);
    const audio = new PacketFeed(file.add(copyTrack('opus'), null), 'opus');
    for (const from of starts) {
      file.setOn('video', true, from);
      for (const [index, frame] of clip.frames.entries()) {
        const arrivedMs = originMs + from + (index * 1_000) / clipFps;
        video.picture(packetize(codec, frame), Math.round(arrivedMs * 90), { arrivedMs });
      }
      for (let index = 0; index < (clipSeconds * 1_000) / 20; index += 1) {
        const arrivedMs = originMs + from + index * 20;
        audio.packet(tone[index] ?? Buffer.alloc(0), arrivedMs * 48, { arrivedMs });
      }
      const offMs = originMs + from + clipSeconds * 1_000;
      file.setOn('audio', false, offMs - originMs);
      file.setOn('video', false, offMs - originMs);
      await new Promise((resolve) => setImmediate(resolve));
      file.tick(offMs + 500);
      file.tick(offMs + 1_500);
    }
    await file.finish(endMs);
    const { video: counts } = file.counts;
    expect(counts.written).toBe(2 * clip.frames.length);
    expect(counts).toMatchObject({ handedOver: counts.written, waiting: 0 });

    // Each track's times never run back, and no part of the file is without audio.
    const blocks = blocksOf(await readFile(path));
    for (const track of [1, 2]) {
      const times = blocks.filter((block) => block.track === track).map(({ ms }) => ms);
      expect(times.every((ms, index) => index === 0 || ms > (times[index - 1] ?? 0))).toBe(true);
    }

    // A picture is black when its brightest tenth is: as ffmpeg's decoder shows it, and without a complaint.
    const shown = await ffmpeg([
      ...['-i', path, '-an', '-fps_mode', 'passthrough', '-vf', 'signalstats,metadata=print:file=-'],
      // By the file's own milliseconds: ffmpeg guesses a rate otherwise, and may guess one frame a second.
      ...['-enc_time_base', '1/1000', '-f', 'null', '-'],
    ]);
    expect(shown.stderr).toBe('');
    const pictures = [...shown.stdout.matchAll(/pts_time:([\d.]+)[\s\S]*?YHIGH=(\d+)/g)].map(
      ([, seconds, high]) => ({ ms: Math.round(Number(seconds) * 1_000), isBlack: Number(high) < 25 }),
    );
    expect(pictures.filter(({ isBlack, ms }) => isBlack === isOn(ms))).toEqual([]);
    expect(pictures.filter(({ isBlack }) => isBlack).map(({ ms }) => ms)).toEqual([
      0, 1_000, 5_000, 6_000, 10_000, 11_000,
    ]);

    // Heard in slices of a tenth of a second; at an edge the decoder takes a moment.
    const heard = await ffmpeg([
      ...['-i', path, '-vn', '-af', 'asetnsamples=4800,astats=metadata=1:reset=1,ametadata=print:file=-'],
      ...['-f', 'null', '-'],
    ]);
    expect(heard.stderr).toBe('');
    const slices = [...heard.stdout.matchAll(/pts_time:([\d.]+)[\s\S]*?Overall\.RMS_level=(\S+)/g)].map(
      ([, seconds, level]) => ({ ms: Math.round(Number(seconds) * 1_000), level: Number(level) }),
    );
    expect(slices.length).toBeGreaterThanOrEqual(endMs / 100 - 1);
    const isEdge = (ms: number): boolean => isOn(ms - 200) !== isOn(ms + 200);
    const wrong = slices.filter(
      ({ level, ms }) => !isEdge(ms) && (Number.isFinite(level) && level > -60) !== isOn(ms),
    );
    expect(wrong).toEqual([]);
  });
});
