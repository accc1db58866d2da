import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyTrack, PacketFeed, packetize, plainPicture } from '../../../fixtures/copy-packets.js';
import { expectBalanced, range, recordedParts } from '../../../fixtures/recorded-parts.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-parts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const recorded = (tracks: { readonly camera?: boolean; readonly microphone?: boolean } = {}) =>
  recordedParts(folder, tracks);

describe('a file that is cut', () => {
  it('goes on in the next one with the key frame and the packet that sounds then, each frame once', async () => {
    const take = await recorded();
    const { begun, ended, file, finish, hasBegun, picture, read, sent, sound, tick, wished } = take;
    for (let ms = 0; ms < 4_000; ms += 10) {
      if (ms === 2_000) {
        file.cut({ number: 2, atMs: 2_000 });
        expect(wished).toHaveLength(1);
      }
      // The key frame comes a while later, in the middle of a packet of audio.
      if (ms % 40 === 10) picture(ms === 10 || ms === 2_170, ms);
      if (ms % 20 === 0) sound(ms);
      if (ms % 200 === 0) tick(ms);
      if (ms === 2_300) await hasBegun();
    }
    const second = file.partAccount;
    await finish(4_000);
    expect(begun[0]?.startMs).toBeCloseTo(2_160, 0);
    const [one, two] = [await read(1), await read(2)];
    const frames = sent();
    const firstVideo = (2_170 - 10) / 40;
    expect(one.video.numbers).toEqual(range(0, firstVideo));
    expect(two.video.numbers).toEqual(range(firstVideo, frames.video));
    expect(one.audio.numbers).toEqual(range(0, 2_160 / 20));
    expect(two.audio.numbers).toEqual(range(2_160 / 20, frames.audio));
    expect(two.video.all[0]?.isKey).toBe(true);
    expect([...one.audio.filled, ...two.audio.filled]).toEqual([]);
    // Each file begins at 0, and the distance of audio and video stays.
    expect(two.audio.times[0]).toBe(0);
    expect(two.video.times.slice(0, 3)).toEqual([10, 50, 90]);
    expect(ended).toMatchObject([{ number: 1, failure: null }]);
    const [{ before }] = begun as [(typeof begun)[0]];
    expectBalanced(before);
    expectBalanced(second);
    expect(before.video.packets.received + second.video.packets.received).toBe(3 * frames.video);
    // They are read when the first packet of the key frame is there.
    expect(before.video.packets.received).toBe(3 * firstVideo + 1);
    expect(before.video.line.written + before.video.line.waiting).toBe(firstVideo);
    expect(ended[0]?.packets.video?.packets).toBe(firstVideo);
    expect(file.counts.video).toMatchObject({ handedOver: frames.video, written: frames.video });
    expect(file.counts.audio).toMatchObject({ handedOver: frames.audio, written: frames.audio });
  });

  it('counts what is lost before the key frame for the part that lacks it', async () => {
    const { begun, file, finish, hasBegun, gaps, lose, picture, sound, tick } = await recorded();
    for (let ms = 0; ms < 3_000; ms += 20) {
      if (ms === 1_000) file.cut({ number: 2, atMs: 1_000 });
      sound(ms);
      if (ms === 1_080) lose('video', 3);
      else if (ms % 40 === 0) picture(ms === 0 || ms === 1_200, ms);
      if (ms % 200 === 0) tick(ms);
      if (ms === 1_300) await hasBegun();
    }
    const second = file.partAccount;
    await finish(3_000);
    const [{ before }] = begun as [(typeof begun)[0]];
    expectBalanced(before);
    expectBalanced(second);
    expect(before.video.packets.lost.expired).toBe(3);
    expect(second.video.packets.lost.expired).toBe(0);
    expect(before.video.frames.dropped.awaitingKey).toBe(2);
    expect(second.video.frames.dropped.awaitingKey).toBe(0);
    expect(gaps).toMatchObject([{ part: 1, gap: { stream: 'video', lostFrames: 3 } }]);
    expect(gaps[0]?.gap.atMs).toBeCloseTo(1_040, 0);
  });

  it('of audio alone is cut at the packet of that moment', async () => {
    const { begun, file, finish, hasBegun, read, sent, sound, tick } = await recorded({ camera: false });
    for (let ms = 0; ms < 2_000; ms += 20) {
      if (ms === 1_000) file.cut({ number: 2, atMs: 1_010 });
      sound(ms);
      if (ms % 200 === 0) tick(ms);
      if (ms === 1_040) await hasBegun();
    }
    await finish(2_000);
    expect(begun.map(({ number, startMs }) => [number, Math.round(startMs)])).toEqual([[2, 1_000]]);
    const [one, two] = [await read(1), await read(2)];
    expect(one.audio.numbers).toEqual(range(0, 50));
    expect(two.audio.numbers).toEqual(range(50, sent().audio));
    expect([...one.audio.filled, ...two.audio.filled, ...two.video.all]).toEqual([]);
  });

  it('is cut when what was sent before has its time: a microphone whose sender has not told its clock yet', async () => {
    const take = await recorded({ camera: false });
    const { begun, clockOfSound, file, finish, hasBegun, read, sent, sound, tick } = take;
    clockOfSound.isKnown = false;
    for (let ms = 400; ms < 4_000; ms += 20) {
      if (ms === 1_000) file.cut({ number: 2, atMs: 1_010 });
      // Muted for a while, also at that moment: nobody waits long for what was said before.
      if (ms === 900 || ms === 3_000) file.setOn('audio', ms === 3_000, ms);
      if (ms < 900 || ms >= 3_000) sound(ms);
      if (ms === 2_600) clockOfSound.isKnown = true;
      if (ms % 200 === 0) tick(ms);
      // A file could have been made meanwhile.
      if (ms % 200 === 0) await readdir(folder);
      if (ms === 2_800) await hasBegun();
    }
    await finish(4_000);
    expect(begun[0]?.startMs).toBeGreaterThanOrEqual(1_010);
    const [one, two] = [await read(1), await read(2)];
    expect(one.audio.numbers).toEqual(range(0, 25));
    expect(two.audio.numbers).toEqual(range(25, sent().audio));
    expect(file.counts.audio.dropped.late).toBe(0);
  });

  it('goes on where it is while no key frame comes, says so, and is cut by a later one', async () => {
    const { begun, file, finish, hasBegun, late, picture, read, sent, sound, tick, wished } =
      await recorded();
    for (let ms = 0; ms < 9_000; ms += 20) {
      if (ms === 1_000) file.cut({ number: 2, atMs: 1_000 });
      sound(ms);
      if (ms % 40 === 0) picture(ms === 0 || ms === 8_000, ms);
      if (ms % 200 === 0) tick(ms);
      if (ms === 5_800) expect(late).toEqual([]);
      if (ms === 8_100) await hasBegun();
    }
    await finish(9_000);
    expect(late).toEqual([2]);
    expect(wished.length).toBeGreaterThan(20);
    expect(begun.map(({ startMs }) => Math.round(startMs))).toEqual([8_000]);
    const [one, two] = [await read(1), await read(2)];
    expect([...one.video.numbers, ...two.video.numbers]).toEqual(range(0, sent().video));
    expect([...one.audio.numbers, ...two.audio.numbers]).toEqual(range(0, sent().audio));
    expect([...one.audio.filled, ...two.audio.filled]).toEqual([]);
  });

  it('has black and silence in both parts when camera and microphone are off', async () => {
    const { begun, file, finish, hasBegun, picture, read, sent, sound, tick } = await recorded();
    for (let ms = 0; ms < 8_000; ms += 20) {
      const isOn = ms < 1_000 || ms >= 6_000;
      if (isOn) sound(ms);
      if (isOn && ms % 40 === 0) picture(ms === 0 || ms === 6_000, ms);
      if (ms === 1_000 || ms === 6_000)
        for (const kind of ['audio', 'video'] as const) file.setOn(kind, ms === 6_000, ms);
      if (ms === 3_000) file.cut({ number: 2, atMs: 3_000 });
      if (ms % 200 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        tick(ms);
      }
      if (ms === 4_800) await hasBegun();
    }
    await finish(8_000);
    const startMs = begun[0]?.startMs ?? 0;
    expect(startMs).toBeGreaterThanOrEqual(3_000);
    expect(startMs).toBeLessThan(3_100);
    const [one, two] = [await read(1), await read(2)];
    expect([...one.video.numbers, ...two.video.numbers]).toEqual(range(0, sent().video));
    expect([...one.audio.numbers, ...two.audio.numbers]).toEqual(range(0, sent().audio));
    expect(one.video.filled).toEqual([1_000, 2_000]);
    expect(two.video.filled.slice(0, 2)).toEqual([0, 1_000]);
    expect(Math.abs((two.video.times[0] ?? 0) - (6_000 - startMs))).toBeLessThan(1.1);
    expect(two.audio.all[0]?.ms).toBe(0);
  });

  it('is not cut any more when the take ends before its key frame, and leaves no file', async () => {
    const { begun, file, finish, picture, read, sent, sound, tick } = await recorded();
    for (let ms = 0; ms < 1_500; ms += 20) {
      if (ms === 1_000) file.cut({ number: 2, atMs: 1_000 });
      sound(ms);
      if (ms % 40 === 0) picture(ms === 0, ms);
      if (ms % 200 === 0) tick(ms);
    }
    await finish(1_500);
    expect(begun).toEqual([]);
    expect((await readdir(folder)).map((name) => basename(name))).toEqual(['ada.mkv']);
    const one = await read(1);
    expect(one.video.numbers).toEqual(range(0, sent().video));
    expect(one.audio.numbers).toEqual(range(0, sent().audio));
  });

  it('is cut at its end, too, when the key frame has come and the next file was just being made', async () => {
    const { begun, file, finish, picture, read, sent, sound } = await recorded();
    for (let ms = 0; ms < 1_200; ms += 20) {
      if (ms === 1_000) file.cut({ number: 2, atMs: 1_000 });
      sound(ms);
      if (ms % 40 === 0) picture(ms === 0 || ms === 1_080, ms);
    }
    await finish(1_200);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    const [one, two] = [await read(1), await read(2)];
    expect([...one.video.numbers, ...two.video.numbers]).toEqual(range(0, sent().video));
    expect([...one.audio.numbers, ...two.audio.numbers]).toEqual(range(0, sent().audio));
  });
});

it.each([
  ['in mid-track', false],
  ['published anew, behind black', true],
])(
  'holds in its next part what its camera went over to, which the part before cannot (%s)',
  async (_, isAnew) => {
    const { begun, cameraSink, ended, file, finish, originMs, picture, tick } = await recorded({
      microphone: false,
    });
    for (let ms = 0; ms < 2_000; ms += 40) {
      picture(ms === 0, ms);
      if (ms % 200 === 0) tick(ms);
    }
    if (isAnew) cameraSink?.end();
    for (let ms = 2_000; ms <= 5_000; ms += 200) {
      // Black is made.
      await readdir(folder);
      if (isAnew) tick(ms);
    }
    const sink = isAnew ? file.add(copyTrack('h264'), null) : cameraSink;
    if (sink === null) throw new Error('It has a camera.');
    const h264 = new PacketFeed(sink, 'h264');
    for (let ms = 5_000; ms < 9_000; ms += 40) {
      if (ms === 6_000) file.cut({ number: 2, atMs: 6_000 });
      const arrivedMs = originMs + ms;
      h264.picture(packetize('h264', plainPicture('h264', ms % 1_000 === 0)), arrivedMs * 90, { arrivedMs });
      if (ms % 200 === 0) tick(ms);
      if (ms % 1_000 === 960) await readdir(folder);
    }
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    await finish(9_000);
    expect(ended[0]?.video?.codec).toBe('vp8');
    expect(file.video?.codec).toBe('h264');
    const { dropped, written } = file.counts.video;
    expect(dropped.otherCodec).toBeGreaterThanOrEqual(25);
    expect(dropped.otherCodec).toBeLessThan(60);
    expect(written).toBeGreaterThan(50 + 40);
  },
);
