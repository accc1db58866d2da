import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileGap } from '#engine/copy/file/line-counts.js';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import { copyTrack, PacketFeed, packetize, vp8Frame } from '../../../fixtures/copy-packets.js';
import { recordedParts } from '../../../fixtures/recorded-parts.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-outages-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Times are computed. */
const rounded = (ms: number): number => Math.round(ms / 5) * 5;
const told = (gaps: readonly { readonly gap: FileGap }[]): unknown[] =>
  gaps.map(({ gap }) => [gap.stream, rounded(gap.atMs), rounded(gap.atMs + gap.durationMs)]);

/** Somebody whose camera and microphone are on for three seconds, when nothing comes any more; a second later it is noticed. */
async function lost(isSteady = true) {
  const clock = new TakeClock();
  const take = await recordedParts(folder, { clock });
  const { file, picture, sound, tick } = take;
  const send = (fromMs: number, toMs: number, keyMs = fromMs): void => {
    for (let ms = fromMs; ms < toMs; ms += 20) {
      sound(ms);
      if (ms % 40 === 0) picture(ms === keyMs, ms);
      if (ms % 200 === 0) tick(ms);
    }
  };
  const pass = async (fromMs: number, toMs: number): Promise<void> => {
    for (let ms = fromMs; ms < toMs; ms += 200) {
      await new Promise((resolve) => setImmediate(resolve));
      tick(ms);
    }
  };
  send(0, 3_000);
  await pass(3_000, 4_000);
  file.connectionChanged(false, 4_000, isSteady);
  const endTracks = (): void => {
    take.cameraSink?.end();
    take.microphoneSink?.end();
  };
  /** They are published again, as other tracks. */
  const again = (fromMs: number, toMs: number): void => {
    const video = new PacketFeed(file.add(copyTrack('vp8', 'TR_cam2'), null), 'vp8');
    const audio = new PacketFeed(file.add(copyTrack('opus', 'TR_mic2'), null), 'opus');
    file.setOn('video', true, fromMs);
    for (let ms = fromMs; ms < toMs; ms += 20) {
      const arrivedMs = take.originMs + ms;
      audio.packet(Buffer.from([0xf8, 0x11, 0x22, 0x33]), Math.round(arrivedMs * 48), { arrivedMs });
      const data = packetize('vp8', vp8Frame(ms === fromMs));
      if (ms % 40 === 0) video.picture(data, Math.round(arrivedMs * 90), { arrivedMs });
    }
  };
  return { ...take, clock, send, pass, endTracks, again };
}

describe('a connection that is lost', () => {
  it('costs audio as well as video when other tracks go on behind it, as of a server that was killed', async () => {
    const { again, endTracks, file, finish, gaps, pass } = await lost();
    await pass(4_000, 6_000);
    endTracks();
    file.connectionChanged(true, 6_000, true);
    await pass(6_000, 8_000);
    again(8_000, 9_000);
    await finish(9_000);
    expect(told(gaps)).toEqual([
      ['audio', 3_000, 8_000],
      ['video', 2_960, 8_000],
    ]);
    expect(file.counts.audio.lostMs).toBeCloseTo(5_000, 0);
    // 25 pictures a second.
    expect(gaps.at(-1)?.gap.lostFrames).toBe(125);
    expect(file.counts.video.missed).toBe(125);
  });

  it('costs the same when the tracks go on: of each stream one gap', async () => {
    const { file, finish, gaps, lose, pass, send } = await lost();
    await pass(4_000, 6_000);
    file.connectionChanged(true, 6_000, true);
    lose('audio', 1);
    lose('video', 1);
    send(6_200, 7_000);
    await finish(7_000);
    expect(told(gaps)).toEqual([
      ['audio', 3_000, 6_200],
      ['video', 2_960, 6_200],
    ]);
  });

  it('costs somebody who does not come back what they could have said until it was back', async () => {
    const { endTracks, file, finish, gaps, pass } = await lost();
    endTracks();
    file.connectionChanged(true, 6_000, true);
    await pass(6_000, 12_000);
    await finish(12_000);
    expect(told(gaps)).toEqual([
      ['video', 2_960, 6_000],
      ['audio', 3_000, 6_000],
    ]);
  });

  it('costs no more when they come back half a minute later', async () => {
    const { again, endTracks, file, finish, gaps, pass } = await lost();
    endTracks();
    file.connectionChanged(true, 6_000, true);
    await pass(6_000, 37_000);
    again(37_000, 38_000);
    await finish(38_000);
    expect(told(gaps)).toEqual([
      ['audio', 3_000, 6_000],
      ['video', 2_960, 6_000],
    ]);
  });

  it('costs nothing of what is muted, and up to the mute of what is muted meanwhile', async () => {
    const muted = await lost();
    for (const kind of ['audio', 'video'] as const) muted.file.setOn(kind, false, 4_600);
    muted.file.connectionChanged(true, 6_000, true);
    await muted.pass(6_000, 8_000);
    await muted.finish(8_000);
    // The take was ticked last at 3.8 s.
    expect(told(muted.gaps)).toEqual([
      ['audio', 3_000, 3_800],
      ['video', 2_960, 4_600],
    ]);
    await rm(join(folder, 'ada.mkv'));
    const off = await lost();
    off.file.connectionChanged(true, 4_001, true);
    off.send(4_000, 5_000);
    const before = off.gaps.length;
    for (const kind of ['audio', 'video'] as const) off.file.setOn(kind, false, 5_000);
    off.file.connectionChanged(false, 8_000, true);
    off.file.connectionChanged(true, 9_000, true);
    // What the track lost as it went over to another stream is a packet.
    off.file.setOn('audio', true, 20_000);
    off.lose('audio', 1);
    off.sound(20_020);
    await off.finish(20_040);
    expect(told(off.gaps.slice(before))).toEqual([['audio', 20_000, 20_020]]);
  });

  it('costs a screen nothing that anybody knows of: it may have stood still', async () => {
    const { endTracks, file, finish, gaps, pass } = await lost(false);
    endTracks();
    file.connectionChanged(true, 6_000, false);
    await pass(6_000, 8_000);
    await finish(8_000);
    expect(told(gaps)).toEqual([['audio', 3_000, 6_000]]);
  });

  it('costs up to the pause what is lost into it, and from its end on what is lost behind it', async () => {
    const into = await lost();
    into.clock.adopt({ fromMs: 4_995, toMs: Infinity });
    into.file.connectionChanged(true, 4_995, true);
    into.send(6_000, 8_000);
    into.clock.adopt({ fromMs: 4_995, toMs: 7_995 });
    into.send(8_000, 9_000);
    await into.finish(6_000);
    expect(told(into.gaps)).toEqual([
      ['audio', 3_000, 4_995],
      ['video', 2_960, 4_995],
    ]);
  });

  it('goes on in the next part when the take is split meanwhile', async () => {
    const { again, endTracks, file, finish, gaps, hasBegun, pass } = await lost();
    endTracks();
    file.cut({ number: 2, atMs: 5_000 });
    await pass(5_000, 8_000);
    await hasBegun();
    file.connectionChanged(true, 8_000, true);
    again(9_000, 10_000);
    await finish(10_000);
    const inPart = (part: number): unknown[] => told(gaps.filter((one) => one.part === part));
    expect(inPart(1)).toEqual([
      ['audio', 3_000, 5_000],
      ['video', 2_960, 5_000],
    ]);
    expect(inPart(2)).toEqual([
      ['audio', 5_000, 9_000],
      ['video', 5_000, 9_000],
    ]);
  });
});
