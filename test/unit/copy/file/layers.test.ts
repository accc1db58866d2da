import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlackFrames } from '#engine/copy/file/black-frames.js';
import { topLayerSize } from '#engine/copy/file/layer-size.js';
import { matroskaHead, tracksElement } from '#engine/copy/file/matroska-head.js';
import { ParticipantFile } from '#engine/copy/file/participant-file.js';
import type { PictureSize } from '#engine/copy/frames/encoded-frame.js';
import { copyTrack, PacketFeed, packetize, vp8Frame } from '../../../fixtures/copy-packets.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

const originMs = 50_000;
const full = { width: 1280, height: 720 };
const half = { width: 640, height: 360 };
const low = { width: 320, height: 180 };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-layers-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const nameOf = ({ height, width }: PictureSize): string => `${width}x${height}`;

/** The file of a camera that declares a size; black in it says how large it is. */
async function recorded(declared: PictureSize | null, hasBlack = true) {
  const path = join(folder, 'ada.mkv');
  const file = await ParticipantFile.create(path, {
    originMs,
    blackFrames: new BlackFrames((_, size) =>
      Promise.resolve(hasBlack ? Buffer.from(`black ${nameOf(size)}`) : null),
    ),
  });
  const camera = copyTrack('vp8');
  const feed = new PacketFeed(file.add(camera, declared), 'vp8');
  const picture = (isKey: boolean, ms: number, size = full, bytes?: number): void => {
    const arrivedMs = originMs + ms;
    feed.picture(packetize('vp8', vp8Frame(isKey, size, bytes)), arrivedMs * 90, { arrivedMs });
  };
  /** A key frame is held until the next picture, or until then; the black before it is made at once. */
  const settled = async (ms: number): Promise<void> => {
    file.tick(originMs + ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** Times and sizes of the key frames, and times of the others. */
  const shown = async (): Promise<string[]> =>
    blocksOf(await readFile(path)).flatMap(({ data, isKey, ms, track }) => {
      if (track !== 1) return [];
      const text = data.toString('latin1');
      if (text.startsWith('black')) return [`${ms} ${text}`];
      const size = { width: data.readUInt16LE(6), height: data.readUInt16LE(8) };
      return [isKey ? `${ms} ${nameOf(size)}` : `${ms}`];
    });
  return { camera, file, path, picture, settled, shown };
}

/** The size that the head of a file says. */
async function headSize(path: string): Promise<PictureSize | undefined> {
  const { tracksAt } = matroskaHead({ video: null, hasAudio: true });
  const bytes = await readFile(path);
  return [full, half, low].find((size) => {
    const video = { codec: 'vp8', size, config: null, rotation: 0 } as const;
    const tracks = tracksElement({ video, hasAudio: true });
    return bytes.subarray(tracksAt, tracksAt + tracks.length).equals(tracks);
  });
}

describe('a file whose camera begins with a lower layer', () => {
  it('has it, behind black of the full size, and the full one from its key frame on', async () => {
    const { camera, file, path, picture, settled, shown } = await recorded(full);
    picture(true, 1_500, low);
    picture(false, 1_533);
    picture(true, 2_000, half);
    picture(true, 2_700);
    picture(false, 2_733);
    await settled(2_733);
    await file.finish(3_000);
    expect(await shown()).toEqual([
      ...['0 black 1280x720', '1000 black 1280x720', '1500 320x180', '1533'],
      ...['2000 640x360', '2700 1280x720', '2733'],
    ]);
    expect(await headSize(path)).toEqual(full);
    expect(file.counts.video).toMatchObject({ handedOver: 5, written: 5, lowerLayer: 3, filled: 2 });
    expect(camera.asked).toBe(0);
  });

  it('begins with black of the full size, for a moment, also where nothing has to be filled', async () => {
    const { file, path, picture, settled, shown } = await recorded(full);
    picture(true, -40, low);
    picture(false, -7);
    picture(false, 26);
    await settled(26);
    await file.finish(100);
    expect(await shown()).toEqual(['0 black 1280x720', '1 320x180', '2', '26']);
    expect(await headSize(path)).toEqual(full);
  });

  it('has black of the full size before it, however long its pictures have waited for the clock of their sender', async () => {
    const { camera, file, picture, settled, shown } = await recorded(full);
    camera.timeOf = () => null;
    picture(true, 1_500, low);
    for (let ms = 1_600; ms < 5_000; ms += 100) picture(false, ms);
    await settled(5_000);
    await file.finish(5_000);
    expect((await shown()).slice(0, 4)).toEqual([
      ...['0 black 1280x720', '1000 black 1280x720', '1500 320x180', '1600'],
    ]);
  });

  it('has black of the full size when its camera goes off before the full one comes', async () => {
    const { file, picture, settled, shown } = await recorded(full);
    picture(true, 10, low);
    file.setOn('video', false, 500);
    await settled(2_000);
    await file.finish(2_000);
    expect(await shown()).toEqual([
      ...['0 black 1280x720', '10 320x180', '500 black 1280x720', '1500 black 1280x720'],
    ]);
  });

  it('is written all the same when nobody can make black', async () => {
    const { file, picture, settled, shown } = await recorded(full, false);
    picture(true, 10, low);
    picture(true, 900);
    await settled(900);
    await file.finish(1_000);
    expect(await shown()).toEqual(['10 320x180', '900 1280x720']);
  });

  it('says the size that came, where that is not quite the one that was declared', async () => {
    const { file, path, picture, settled } = await recorded({ width: 1366, height: 768 });
    picture(true, 10, { width: 340, height: 192 });
    await settled(10);
    expect(file.video?.size).toEqual({ width: 1366, height: 768 });
    picture(true, 900, full);
    await settled(900);
    expect(file.video?.size).toEqual(full);
    picture(true, 950, half);
    picture(true, 980, { width: 1366, height: 768 });
    await file.finish(1_000);
    expect(await headSize(path)).toEqual(full);
  });

  it('has the lower layer again after its camera was off', async () => {
    const { file, path, picture, settled, shown } = await recorded(full);
    picture(true, 0);
    await settled(0);
    file.setOn('video', false, 500);
    file.tick(originMs + 2_000);
    file.setOn('video', true, 2_100);
    picture(true, 2_200, low);
    picture(false, 2_233);
    picture(true, 3_300);
    await file.finish(3_400);
    expect(await shown()).toEqual([
      ...['0 1280x720', '500 black 1280x720', '1500 black 1280x720'],
      ...['2200 320x180', '2233', '3300 1280x720'],
    ]);
    expect(await headSize(path)).toEqual(full);
  });

  it('begins with what comes when its camera declares nothing', async () => {
    const { file, path, picture, settled, shown } = await recorded(null);
    picture(true, 1_500, low);
    await settled(1_500);
    await file.finish(1_600);
    expect(await shown()).toEqual(['0 black 320x180', '1000 black 320x180', '1500 320x180']);
    expect(await headSize(path)).toEqual(low);
    expect(file.counts.video.lowerLayer).toBe(0);
  });
});

it('shows no black behind a picture of before the file began, which stands still', async () => {
  const { file, picture, settled, shown } = await recorded(full);
  picture(true, -70);
  await settled(0);
  await settled(3_000);
  picture(false, 3_100);
  await file.finish(3_200);
  expect(await shown()).toEqual(['0 1280x720', '3100']);
});

describe('the size of the top layer', () => {
  it.each([
    ['of a lower one, as declared', low, full, full],
    [
      'of a rounded one, as declared',
      { width: 341, height: 192 },
      { width: 1366, height: 768 },
      { width: 1366, height: 768 },
    ],
    ['of a phone that stands, turned', { width: 180, height: 320 }, full, { width: 720, height: 1280 }],
    [
      'of another shape, what of it that shape has',
      { width: 240, height: 180 },
      full,
      { width: 960, height: 720 },
    ],
    ['of a full one, its own', full, full, full],
    ['of another shape and full, its own', { width: 960, height: 720 }, full, { width: 960, height: 720 }],
    [
      'of one that is a tenth smaller, its own',
      { width: 1152, height: 648 },
      full,
      { width: 1152, height: 648 },
    ],
    ['of a larger one, its own', { width: 1920, height: 1080 }, full, { width: 1920, height: 1080 }],
    ['where nothing is declared, its own', low, null, low],
    ['where nothing is said with it, its own', low, { width: 0, height: 0 }, low],
  ])('is, %s', (_, picture, declared, top) => {
    expect(topLayerSize(picture, declared)).toEqual(top);
  });
});
