import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { BlackFrames } from '#engine/copy/file/black-frames.js';
import type { FileBlock } from '#engine/copy/file/block-list.js';
import { OpenCluster, type WrittenCluster } from '#engine/copy/file/cluster.js';
import type { VideoTrack } from '#engine/copy/file/matroska-head.js';
import { CopyReplay } from '#engine/copy/replay/copy-replay.js';
import { CopyPart } from '#engine/copy/take/copy-part.js';
import { noCounts } from '#engine/copy/take/nothing-counted.js';
import { noAccount } from '#engine/copy/take/nothing-counted.js';
import type { FollowedSink } from '#engine/copy/take/sink-keeper.js';
import { readCopiedFiles } from '#engine/storage/copied-files.js';
import { LossLog } from '#engine/take/loss-log.js';
import { TrackHistory } from '#engine/take/track-history.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-copy-replay-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const head: VideoTrack = { codec: 'vp8', size: { width: 640, height: 360 }, config: null, rotation: 0 };
const black = Buffer.from('black');
const frameMs = 40;

/** A replay buffer at a moment of its take. */
function buffer(nowMs: number, seconds = 30) {
  const clock = { now: nowMs, nowMs: () => clock.now };
  const blackFrames = new BlackFrames(() => Promise.resolve(black));
  return { clock, replay: new CopyReplay({ seconds, capBytes: 100e6, clock, blackFrames }) };
}

function sinkOf(identity: string, part = 1): FollowedSink {
  const history = new TrackHistory();
  const info = { trackSid: `TR_${identity}`, identity, participantName: identity, role: 'camera' } as const;
  history.began(
    {
      info: {
        ...{ ...info, isRoleDeclared: true, name: '', kind: 'video', declaredSize: null, isSimulcast: false },
        ...{ isMuted: false, isEncrypted: false, needsKey: false },
      },
    },
    0,
  );
  const file = part === 1 ? `${identity}.mkv` : `${identity}-part${part}.mkv`;
  return {
    ...{
      counts: noCounts,
      history,
      partAccount: noAccount,
      parts: [new CopyPart({ number: part, startMs: 0, file }, new LossLog())],
    },
    subject: { identity, participantName: identity, kind: 'participant', trackNumber: 1 },
  };
}

/** Pictures every 40 ms and packets every 20, from one second of a file to another; a key frame stands at some of them. */
function seconds(
  keep: (cluster: WrittenCluster) => void,
  [fromMs, toMs]: readonly [number, number],
  isKey: (timeMs: number) => boolean,
  change: Partial<FileBlock> = {},
): void {
  for (let secondMs = fromMs; secondMs < toMs; secondMs += 1_000) {
    const open = new OpenCluster();
    for (let timeMs = secondMs; timeMs < Math.min(toMs, secondMs + 1_000); timeMs += 20) {
      const audio = { track: 'audio', timeMs, isKey: true, durationMs: 20, origin: 'sent' } as const;
      open.add({ ...audio, data: Buffer.from(`a${timeMs}`) });
      const video = { track: 'video', timeMs, isKey: isKey(timeMs), durationMs: 0, origin: 'sent' } as const;
      if (timeMs % frameMs === 0) open.add({ ...video, data: Buffer.from(`v${timeMs}`), ...change });
    }
    const cluster = open.take();
    if (cluster !== null) keep(cluster);
  }
}

const file = { flush: () => undefined, video: head };
const every = (ms: number) => (timeMs: number) => timeMs % ms === 0;

async function blocksIn(name: string) {
  const blocks = blocksOf(await readFile(join(folder, name)));
  const of = (track: number): { ms: number; isKey: boolean; text: string }[] =>
    blocks
      .filter((block) => block.track === track)
      .map(({ data, isKey, ms }) => ({ ms, isKey, text: data.toString() }));
  return { video: of(1), audio: of(2) };
}

it('begins at the key frame before the moment, with every block at its own distance from it', async () => {
  const { replay } = buffer(20_300);
  const kept = replay.open();
  kept.follow(sinkOf('ada'));
  seconds(kept.begin(file, 0), [0, 21_000], every(4_000));
  replay.tick();
  expect(replay.state).toMatchObject({ spanMs: 20_300, isCapped: false });
  const cut = await replay.cut(5_000);
  expect(cut).toMatchObject({ fromMs: 12_000, endMs: 20_300 });
  const [entry] = await replay.write(folder);
  const { audio, video } = await blocksIn('ada.mkv');
  // Nothing before, nothing behind, none twice.
  const due = (stepMs: number, letter: string) =>
    Array.from({ length: Math.ceil(8_300 / stepMs) }, (_, index) => `${letter}${12_000 + index * stepMs}`);
  expect(video.map(({ text }) => text)).toEqual(due(frameMs, 'v'));
  expect(audio.map(({ text }) => text)).toEqual(due(20, 'a'));
  for (const { ms, text } of [...video, ...audio]) expect(ms).toBe(Number(text.slice(1)) - 12_000);
  expect(video.filter(({ isKey }) => isKey).map(({ ms }) => ms)).toEqual([0, 4_000, 8_000]);
  expect(entry).toMatchObject({
    ...{ file: 'ada.mkv', canvas: head.size, videoCodec: 'vp8', audioCodec: 'opus', gaps: [] },
    segments: [{ file: 'ada.mkv', startMs: 0, endMs: 8_300 }],
    tracks: [{ trackSid: 'TR_ada', fromMs: 0, untilMs: null }],
    ...{ audioSilenceMs: 0, maxFrameGapMs: frameMs },
  });
  if (entry?.copy === undefined) throw new Error('It is no copied file.');
  expect(entry.copy.video.frames).toMatchObject({ written: video.length, filled: 0, begun: video.length });
  expect(entry.segments[0]?.packets?.video?.packets).toBe(video.length);
  expect(unaccountedCopies(entry.copy.video) + unaccountedCopies(entry.copy.audio)).toBe(0);
  expect(unaccountedFrames(entry.video) + unaccountedFrames(entry.audio)).toBe(0);
  expect(entry.audio.written).toBe(830);
});

it('begins all files at one time: black stands before a key frame that came later, silence where nothing was sent', async () => {
  const { replay } = buffer(30_000);
  const [ada, bob] = [replay.open(), replay.open()];
  ada.follow(sinkOf('ada'));
  bob.follow(sinkOf('bob'));
  seconds(ada.begin(file, 0), [0, 30_000], every(5_000));
  // Of a part that began at 17 s of the take, in its second half.
  const keep = bob.begin(file, 17_000);
  seconds(keep, [9_000, 12_000], every(11_000));
  await replay.cut(10_000);
  const [, entry] = await replay.write(folder);
  const { audio, video } = await blocksIn('bob.mkv');
  // 20 s of the take is the beginning; bob's first packet is of 26 s, his key frame of 28 s.
  const shown = video.filter(({ text }) => text !== 'black');
  expect(shown[0]).toEqual({ ms: 8_000, isKey: true, text: 'v11000' });
  expect(video.filter(({ text }) => text === 'black').map(({ ms }) => ms)).toEqual([
    0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000,
  ]);
  expect(audio.find(({ text }) => text === 'a9000')?.ms).toBe(6_000);
  expect(audio.findLast(({ text }) => text.startsWith('a'))?.ms).toBe(8_980);
  expect(audio.at(-1)?.ms).toBe(9_980);
  // Two seconds of pictures came, and nothing shows them.
  expect(entry?.video.dropped.awaitingKey).toBe(50);
  expect(entry?.gaps).toEqual([
    { stream: 'video', atMs: 6_000, durationMs: 2_000, cause: 'dropped', lostFrames: 50 },
  ]);
  expect(entry?.audioSilenceMs).toBeCloseTo(7_000, -2);
  if (entry?.copy === undefined) throw new Error('It is no copied file.');
  expect(unaccountedCopies(entry.copy.video) + unaccountedCopies(entry.copy.audio)).toBe(0);
});

it('begins its audio with the first packet behind its beginning: all stand where they sounded', async () => {
  const { replay } = buffer(9_000);
  const [ada, bob] = [replay.open(), replay.open()];
  ada.follow(sinkOf('ada'));
  bob.follow(sinkOf('bob'));
  seconds(ada.begin(file, 0), [0, 9_000], every(4_000));
  // 13 ms later on the timeline: its packets do not begin with the picture.
  seconds(bob.begin(file, 13), [0, 9_000], every(4_000));
  expect(await replay.cut(4_000)).toMatchObject({ fromMs: 4_000 });
  await replay.write(folder);
  const { audio } = await blocksIn('bob.mkv');
  const sent = audio.filter(({ text }) => text.startsWith('a'));
  // What sounds from before the beginning is left out, and silence stands for the rest of it.
  expect(sent[0]).toMatchObject({ ms: 13, text: 'a4000' });
  expect(audio[0]?.ms).toBe(0);
  expect(sent.every(({ ms, text }) => ms === Number(text.slice(1)) + 13 - 4_000)).toBe(true);
});

it('lacks nothing where its key frame came later than that of others, and before the moment', async () => {
  const { replay } = buffer(30_000);
  const [ada, bob] = [replay.open(), replay.open()];
  ada.follow(sinkOf('ada'));
  bob.follow(sinkOf('bob'));
  seconds(ada.begin(file, 0), [0, 30_000], every(18_000));
  seconds(bob.begin(file, 0), [0, 30_000], (ms) => ms === 18_080 || ms === 19_200);
  expect(await replay.cut(10_000)).toMatchObject({ fromMs: 18_000 });
  const [, entry] = await replay.write(folder);
  const { video } = await blocksIn('bob.mkv');
  expect(video[0]).toEqual({ ms: 80, isKey: true, text: 'v18080' });
  expect(entry).toMatchObject({ gaps: [], video: { dropped: { awaitingKey: 0 }, written: video.length } });
});

it('goes on over the parts of a take, and takes the newest codec', async () => {
  const { replay } = buffer(12_000);
  const kept = replay.open();
  kept.follow(sinkOf('ada', 2));
  seconds(kept.begin({ ...file, video: { ...head, codec: 'h264' } }, 0), [0, 4_000], every(1_000));
  seconds(kept.begin(file, 4_000), [0, 4_000], every(1_000));
  seconds(kept.begin(file, 8_000), [0, 4_000], every(4_000));
  expect(await replay.cut(7_000)).toMatchObject({ fromMs: 5_000 });
  await replay.write(folder);
  const one = await blocksIn('ada.mkv');
  expect(one.video).toHaveLength(7_000 / frameMs);
  expect(one.video.every(({ ms }, index) => ms === index * frameMs)).toBe(true);
  expect(await replay.cut(11_000)).toMatchObject({ fromMs: 980 });
  await rm(join(folder, 'ada.mkv'));
  const [entry] = await replay.write(folder);
  const two = await blocksIn('ada.mkv');
  // What is of another codec is heard, and not seen.
  expect(two.video.find(({ text }) => text !== 'black')?.ms).toBe(3_020);
  expect(two.audio[0]).toMatchObject({ ms: 0, text: 'a980' });
  expect(entry?.videoCodec).toBe('vp8');
});

it('says what it will write before it does, and holds nothing when nobody sends', async () => {
  const { replay } = buffer(9_000);
  expect(await replay.cut(5_000)).toBeNull();
  await expect(replay.write(folder)).rejects.toThrow('not held any more');
  const kept = replay.open();
  kept.follow(sinkOf('ada'));
  seconds(kept.begin(file, 0), [0, 9_000], every(9_000));
  await replay.cut(5_000);
  const writing = replay.write(folder);
  await writing;
  expect(await readCopiedFiles(folder)).toMatchObject({
    ...{ hasEnded: false, takeMs: 9_000 },
    files: [{ file: 'ada.mkv', segments: [{ endMs: null }], video: { written: 9_000 / frameMs } }],
  });
});

it('asks for a key frame when none has come for ten seconds, and not before', () => {
  const { replay } = buffer(0);
  const kept = replay.open();
  const keep = kept.begin(file, 0);
  expect(kept.isKeyDue(9_900)).toBe(false);
  seconds(keep, [9_000, 10_000], every(9_000));
  expect([10_100, 18_900].map((ms) => kept.isKeyDue(ms))).toEqual([false, false]);
  expect([19_100, 19_300, 29_000].map((ms) => kept.isKeyDue(ms))).toEqual([true, false, false]);
  expect(kept.isKeyDue(29_100)).toBe(true);
});

it('waits for what has come and waits for the clock of its sender, as of somebody who has just joined', async () => {
  const { replay } = buffer(2_000);
  const kept = replay.open();
  const keep = kept.begin(file, 0);
  let looks = 0;
  const sink: FollowedSink = {
    ...sinkOf('ada'),
    get counts() {
      looks += 1;
      if (looks === 3) seconds(keep, [0, 2_000], every(1_000));
      return { ...noCounts, audio: { ...noCounts.audio, waiting: looks < 3 ? 100 : 0 } };
    },
  };
  kept.follow(sink);
  expect(await replay.cut(5_000)).toMatchObject({ fromMs: 0, endMs: 2_000 });
  await replay.write(folder);
  expect((await blocksIn('ada.mkv')).audio).toHaveLength(100);
});
