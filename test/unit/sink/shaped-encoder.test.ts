import { expect, it, vi } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { type Profile, profiles } from '../../../src-main/contract/profile.js';
import { type Canvas } from '../../../src-main/ffmpeg/ffmpeg-arguments.js';
import { FileShape } from '../../../src-main/sink/file-shape.js';
import { blackFrame, packPgmyuv, type PgmyuvFrame } from '../../../src-main/sink/pgmyuv-frame.js';
import { SegmentList } from '../../../src-main/sink/segment-list.js';
import { ShapedEncoder } from '../../../src-main/sink/shaped-encoder.js';
import { FakeEncoder, settled } from './fake-encoders.js';

/** What was written into each ffmpeg: where, and how much. */
class LoggedEncoder extends FakeEncoder {
  readonly writes: string[] = [];

  override writeVideoFrame(timeMs: number, frame: PgmyuvFrame, onWritten: (written: boolean) => void): void {
    this.writes.push(`${frame.pixels.length > 400 ? 'frame' : 'black'} ${timeMs}`);
    super.writeVideoFrame(timeMs, frame, onWritten);
  }

  override writeAudio(timeMs: number, pcm: Uint8Array, onWritten: (written: boolean) => void): void {
    this.writes.push(`audio ${timeMs}+${pcm.length / 192}`);
    super.writeAudio(timeMs, pcm, onWritten);
  }
}

class Bench {
  readonly encoders: (LoggedEncoder & { canvas?: Canvas | null })[] = [];
  readonly told: string[] = [];
  readonly written: string[] = [];
  readonly segments: SegmentList;

  constructor(profile: Profile = profiles.source) {
    this.segments = new SegmentList('ada', profile);
  }

  encoder!: ShapedEncoder;
  start: () => Promise<void> = () => Promise.resolve();

  async open({
    fixed = null as Canvas | null,
    isVideoExpected = false,
    mayHaveVideo = true,
  } = {}): Promise<this> {
    this.encoder = await ShapedEncoder.start({
      shape: new FileShape({ mayHaveVideo, fixedCanvas: fixed, onCanvas: () => undefined }),
      isVideoExpected,
      declared: () => null,
      segments: this.segments,
      startMs: 1_000,
      isReplacement: false,
      start: async (path, canvas, onFailure) => {
        await this.start();
        const options = {
          path,
          canvas,
          onFailure,
          ffmpegPath: '',
          profile: null as never,
          disk: null as never,
        };
        const encoder = Object.assign(new LoggedEncoder(options), { canvas });
        this.encoders.push(encoder);
        return encoder;
      },
      removeUnused: (files) => {
        this.told.push(`removed: ${files.join(' ')}`);
        return Promise.resolve();
      },
      events: {
        onFailure: ({ code }) => this.told.push(`failed: ${code}`),
        onSegmentFailed: ({ code }) => this.told.push(`segment failed: ${code}`),
        onFrameSize: ({ width, height }) => this.told.push(`size: ${width}x${height}`),
      },
    });
    await settled();
    return this;
  }

  audio(timeMs: number, ms = 40): void {
    this.encoder.writeAudio(timeMs, new Uint8Array(ms * 192), (ok) =>
      this.written.push(`audio ${timeMs} ${ok}`),
    );
  }

  video(timeMs: number, width = 64, height = 36): void {
    const frame = packPgmyuv(new Uint8Array((width * height * 3) / 2), width, height, 0);
    this.encoder.writeVideoFrame(timeMs, frame, (ok) => this.written.push(`video ${timeMs} ${ok}`));
  }

  filler(timeMs: number): void {
    this.encoder.writeVideoFrame(timeMs, blackFrame(), (ok) => this.written.push(`filler ${timeMs} ${ok}`));
  }
}

it('begins at once with the profile’s canvas when a camera is on', async () => {
  const { encoder, encoders, segments } = await new Bench().open({
    fixed: { width: 1280, height: 720 },
    isVideoExpected: true,
  });
  encoder.writeVideoFrame(0, blackFrame(), () => undefined);
  encoder.writeAudio(0, new Uint8Array(1_920), () => undefined);
  expect(encoders).toHaveLength(1);
  expect(encoders[0]).toMatchObject({ path: 'ada.mp4', canvas: { width: 1280, height: 720 } });
  expect(encoders[0]?.writes).toEqual(['black 0', 'audio 0+10']);
  expect(segments.all).toEqual([{ file: 'ada.mp4', startMs: 1_000, endMs: null }]);
});

it('records audio without video while there is no camera, and goes on with video exactly there', async () => {
  const bench = await new Bench().open({ fixed: { width: 1280, height: 720 } });
  bench.filler(0);
  bench.audio(0);
  bench.audio(40);
  expect(bench.encoders[0]).toMatchObject({ path: 'ada.m4a', canvas: null });
  expect(bench.segments.file).toBe('ada.m4a');
  bench.video(90);
  bench.audio(80);
  bench.video(123);
  await settled();
  bench.audio(120);
  bench.video(156);
  await settled();
  expect(bench.encoders[0]?.writes).toEqual(['audio 0+40', 'audio 40+40']);
  expect(bench.encoders[0]?.isFinished).toBe(true);
  expect(bench.encoders[1]).toMatchObject({ path: 'ada.mp4', canvas: { width: 1280, height: 720 } });
  // Nothing is lost, and nothing twice: audio goes on at the very sample.
  expect(bench.encoders[1]?.writes).toEqual([
    'black 0',
    'frame 10',
    'audio 0+40',
    'frame 43',
    'audio 40+40',
    'frame 76',
  ]);
  expect(bench.written.every((line) => line.endsWith('true'))).toBe(true);
  expect(bench.segments.file).toBe('ada.mp4');
  await bench.encoder.finish();
  bench.segments.end(1_200);
  expect(bench.segments.all).toMatchObject([
    { file: 'ada.m4a', startMs: 1_000, endMs: 1_080 },
    { file: 'ada.mp4', startMs: 1_080, endMs: 1_200 },
  ]);
  expect(bench.told).toEqual([]);
});

it('leaves no file of an encoder that was handed nothing before a camera came', async () => {
  const bench = await new Bench().open({ fixed: { width: 1280, height: 720 } });
  bench.filler(0);
  const [first] = bench.encoders;
  // What ffmpeg says of an empty input.
  if (first !== undefined) first.failure = new PlateauError('ffmpegFailed', 'End of file.', 'Hint.');
  bench.video(90);
  await settled();
  bench.audio(0);
  expect(await bench.encoder.finish()).toBeNull();
  expect(first?.isFinished).toBe(true);
  expect(bench.told).toEqual(['removed: ada.m4a']);
  expect(bench.segments.all).toMatchObject([{ file: 'ada.mp4', startMs: 1_000 }]);
  expect(bench.encoders[1]?.writes).toEqual(['black 0', 'frame 90', 'audio 0+40']);
});

it('waits for the first frame where the canvas is that frame’s, and keeps what comes before it', async () => {
  const bench = await new Bench().open({ isVideoExpected: true });
  bench.filler(0);
  for (let ms = 0; ms < 400; ms += 40) bench.audio(ms);
  await settled();
  expect(bench.encoders).toEqual([]);
  bench.video(410, 360, 640);
  await settled();
  expect(bench.encoders).toHaveLength(1);
  expect(bench.encoders[0]).toMatchObject({ path: 'ada.mp4', canvas: { width: 360, height: 640 } });
  expect(bench.encoders[0]?.writes.slice(0, 2)).toEqual(['black 0', 'audio 0+40']);
  expect(bench.encoders[0]?.writes.slice(-2)).toEqual(['audio 360+40', 'frame 410']);
  bench.video(5_000, 640, 360);
  expect(bench.told).toEqual(['size: 640x360']);
  expect(bench.encoders).toHaveLength(1);
});

it('records without video when no frame has come for two seconds, and joins it when one does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const bench = await new Bench().open({ isVideoExpected: true });
    bench.segments.setVideo(true);
    bench.audio(0);
    await vi.advanceTimersByTimeAsync(2_000);
    await settled();
    expect(bench.encoders[0]).toMatchObject({ path: 'ada.m4a', canvas: null, writes: ['audio 0+40'] });
    expect(bench.segments.file).toBe('ada.m4a');
    bench.video(3_000);
    await settled();
    expect(bench.encoders[1]).toMatchObject({ path: 'ada.mp4', canvas: { width: 64, height: 36 } });
  } finally {
    vi.useRealTimers();
  }
});

it('writes what it held when the take ends before a frame has come', async () => {
  const bench = await new Bench().open({ isVideoExpected: true });
  bench.audio(0);
  expect(await bench.encoder.finish()).toBeNull();
  expect(bench.encoders[0]).toMatchObject({ path: 'ada.m4a', writes: ['audio 0+40'], isFinished: true });
  expect(bench.segments.all).toHaveLength(1);
});

it('never asks for video in a file of one further microphone', async () => {
  const bench = await new Bench().open({ mayHaveVideo: false });
  bench.audio(0);
  expect(bench.encoders[0]).toMatchObject({ path: 'ada.m4a', canvas: null });
});

it('holds three seconds of audio at most, and then lets its writer wait', async () => {
  const bench = await new Bench().open({ isVideoExpected: true });
  for (let ms = 0; ms < 4_000; ms += 500) bench.audio(ms, 500);
  await settled();
  expect(bench.written).toHaveLength(6);
  expect(bench.encoder.pendingInputBytes).toBe(3_000 * 192);
  await bench.encoder.finish();
  await settled();
  expect(bench.written.filter((line) => line.endsWith('true'))).toHaveLength(8);
});

it('goes on without video, and says so, when the encoder with video cannot be started', async () => {
  const bench = await new Bench().open();
  bench.start = () => Promise.reject(new PlateauError('ffmpegFailed', 'No.', 'Hint.'));
  bench.video(10);
  bench.audio(20);
  await settled();
  bench.video(50);
  bench.audio(60);
  await settled();
  expect(bench.told).toEqual(['segment failed: ffmpegFailed']);
  expect(bench.encoders).toHaveLength(1);
  expect(bench.encoders[0]?.writes).toEqual(['audio 20+40', 'audio 60+40']);
  expect(bench.written.sort()).toEqual([
    'audio 20 true',
    'audio 60 true',
    'video 10 false',
    'video 50 false',
  ]);
});

it('gives what it held back when no encoder can be started at all', async () => {
  const bench = await new Bench().open({ isVideoExpected: true });
  bench.start = () => Promise.reject(new PlateauError('ffmpegMissing', 'No.', 'Hint.'));
  bench.video(10);
  await settled();
  bench.audio(20);
  await settled();
  expect(bench.told).toEqual(['failed: ffmpegMissing']);
  expect(bench.encoder.failure?.code).toBe('ffmpegMissing');
  expect(bench.written).toEqual(['video 10 false', 'audio 20 false']);
  expect((await bench.encoder.finish())?.code).toBe('ffmpegMissing');
});

it('tells the death of its encoder once', async () => {
  const bench = await new Bench().open();
  bench.encoders[0]?.die();
  expect(bench.told).toEqual(['failed: ffmpegFailed']);
  bench.video(10);
  await settled();
  expect(bench.encoders).toHaveLength(1);
});

it('begins the segment with video in a slot of a constant rate: the one before gets audio until there', async () => {
  const bench = await new Bench(profiles['720p30']).open({ fixed: { width: 1280, height: 720 } });
  bench.filler(0);
  bench.audio(0);
  bench.audio(40);
  bench.video(90);
  await settled();
  // 80 ms is no slot, and nothing reaches the next one, 100 ms.
  expect(bench.encoders).toHaveLength(2);
  expect(bench.segments.all).toHaveLength(1);
  bench.audio(80);
  await settled();
  bench.audio(120);
  expect(bench.encoders[0]?.writes).toEqual(['audio 0+40', 'audio 40+40', 'audio 80+20']);
  expect(bench.encoders[1]?.writes).toEqual(['black 0', 'frame 1', 'audio 0+20', 'audio 20+40']);
  expect(bench.written.filter((line) => !line.endsWith('true'))).toEqual([]);
  expect(bench.segments.all).toMatchObject([{ endMs: 1_100 }, { startMs: 1_100 }]);
});

it('does not wait for a slot that the take ends before', async () => {
  const bench = await new Bench(profiles['720p30']).open({ fixed: { width: 1280, height: 720 } });
  bench.filler(0);
  bench.audio(0, 80);
  bench.video(90);
  await settled();
  expect(await bench.encoder.finish()).toBeNull();
  expect(bench.encoders[0]?.writes).toEqual(['audio 0+80']);
  expect(bench.encoders[1]).toMatchObject({ writes: ['black 0', 'frame 10'], isFinished: true });
});
