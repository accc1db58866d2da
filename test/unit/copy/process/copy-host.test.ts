import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import type { TrackSink } from '#engine/copy/contract.js';
import { CopyHost } from '#engine/copy/process/copy-host.js';
import { type CopyReport, copyReportSchema, type CopyState } from '#engine/copy/process/copy-reports.js';
import type { CopyRequest } from '#engine/copy/process/copy-requests.js';
import { momentNow } from '#engine/copy/process/shared-clock.js';
import { noWindowCounts } from '#engine/copy/rtp/packet-counts.js';
import type { CopyFeedOptions, FedTake } from '#engine/copy/take/copy-feed.js';
import type { CopyFiles } from '#engine/copy/take/copy-files.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { monotonicUs } from '#engine/pipeline/take-clock.js';
import { readCopiedFiles } from '#engine/storage/copied-files.js';
import { copyTrack, PacketFeed, packetize, vp8Frame } from '../../../fixtures/copy-packets.js';
import { camera } from '../../../fixtures/copy-states.js';
import { type Block, blocksOf } from '../../../fixtures/matroska-blocks.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-host-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const microphone = { ...camera, trackSid: 'TR_mic', role: 'microphone', kind: 'audio' } as const;
const tone = Buffer.from([0xf8, 0x11, 0x22, 0x33]);

/** A host, without a room: whoever tests it is the take, and the feed. */
async function hosted(failure: PlateauError | null = null) {
  const sent: CopyReport[] = [];
  let options: CopyFeedOptions | null = null;
  let fed: { take: FedTake; files: Pick<CopyFiles, 'add'> } | null = null;
  const calls: string[] = [];
  const room = { onLeave: (): void => undefined };
  const host = new CopyHost(
    (report) => sent.push(copyReportSchema.parse(JSON.parse(JSON.stringify(report)))),
    (given) => {
      options = given;
      if (failure !== null) return Promise.reject(failure);
      return Promise.resolve({
        publicationsOf: () => [],
        begin: (take: FedTake, files: Pick<CopyFiles, 'add'>) => {
          fed = { take, files };
        },
        endTracks: () => {
          calls.push('endTracks');
          return Promise.resolve();
        },
        leave: () => {
          calls.push('leave');
          room.onLeave();
        },
      });
    },
  );
  host.receive({ type: 'join', url: 'ws://studio', token: 'first', mediaKeys: null });
  await vi.waitFor(() => expect(sent.at(-1)?.type).toBe('joined'));
  const begin = (
    changes: Partial<Extract<CopyRequest, { type: 'begin' }>['armed']> = {},
    { agoMs = 0, ffmpegPath = 'none' } = {},
  ): void =>
    host.receive({
      ...{
        type: 'begin',
        first: { number: 1, atMs: 0 },
        startUs: monotonicUs() - agoMs * 1_000,
        sent: momentNow(),
        folder: { path: folder, name: 'take' },
      },
      ...{
        ...{ ffmpegPath, maxFiles: null },
        armed: { only: null, except: [], audioOnly: false, ...changes },
      },
    });
  const take = (): NonNullable<typeof fed> => {
    if (fed === null) throw new Error('No take has begun.');
    return fed;
  };
  const record = async (info: typeof camera | typeof microphone) => {
    let adding: ReturnType<CopyFiles['add']> | null = null;
    const codec = info.kind === 'audio' ? 'opus' : 'vp8';
    const track = { ...copyTrack(codec, info.trackSid), figures: { packets: noWindowCounts } };
    const isWanted = take().take.begin(info, (nowMs) => {
      adding = take().files.add({ info, track }, nowMs);
    });
    return { isWanted, sink: await (adding as ReturnType<CopyFiles['add']> | null) };
  };
  const states = (): CopyState[] => sent.filter((report): report is CopyState => report.type === 'state');
  const state = async (isIt: (state: CopyState) => boolean): Promise<CopyState> =>
    vi.waitFor(() => {
      host.receive({ type: 'taken' });
      const found = states().find(isIt);
      if (found === undefined) throw new Error('It was not told.');
      return found;
    }, 5_000);
  return { host, sent, options: () => options, begin, record, state, states, calls, take, room };
}

it('decides by itself what is recorded where, and tells of it', async () => {
  const { begin, host, record, state } = await hosted();
  begin({ except: ['bob'], audioOnly: true });
  expect((await record(camera)).isWanted).toBe(false);
  expect((await record({ ...microphone, identity: 'bob' })).isWanted).toBe(false);
  const { isWanted, sink } = await record(microphone);
  expect([isWanted, sink !== null]).toEqual([true, true]);
  const { files, haveFilesChanged, happenings, openCount, rssBytes } = await state(
    (one) => one.haveFilesChanged,
  );
  expect(haveFilesChanged).toBe(true);
  expect(files.map(({ entry }) => entry.file)).toEqual(['ada.mkv']);
  expect(happenings.map(({ type }) => type)).toContain('event');
  expect([openCount, rssBytes > 1e6]).toEqual([1, true]);
  host.receive({ type: 'rename', identity: 'ada', name: 'Ada L.' });
  expect(await state((one) => one.files[0]?.entry.participantName === 'Ada L.')).toBeDefined();
  await host.orphaned();
});

it('ends its files with the take, and tells each of them before it says that it has finished', async () => {
  const { begin, calls, host, record, state } = await hosted();
  begin();
  const { sink } = await record(microphone);
  if (sink === null) throw new Error('There is no file.');
  const feed = new PacketFeed(sink, 'opus');
  const fromMs = performance.now();
  for (let ms = 0; ms < 400; ms += 20) feed.packet(tone, ms * 48, { arrivedMs: fromMs + ms });
  host.receive({ type: 'finish', endMs: 400 });
  const last = await state(({ hasFinished }) => hasFinished);
  expect(calls).toEqual(['endTracks']);
  expect(last.openCount).toBe(0);
  expect(last.files[0]?.entry.segments[0]).toMatchObject({ endMs: 400, packets: { video: null } });
  expect((await readFile(join(folder, 'ada.mkv'))).length).toBeGreaterThan(1_000);
});

it('ends its files at once, and in order, when whoever wanted them is gone', async () => {
  const { begin, calls, host, record } = await hosted();
  begin();
  await record(microphone);
  await host.orphaned();
  expect(calls).toEqual(['leave']);
  // With its size a file says that it is whole: it is not the unknown one that it grows with.
  const head = await readFile(join(folder, 'ada.mkv'));
  const segment = head.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]));
  expect(head.readUInt8(segment + 5)).not.toBe(0xff);
});

it('ends the picture with what was sent, although leaving the room ends its tracks', async () => {
  const { begin, host, record, room } = await hosted();
  const { path: ffmpegPath } = await findFfmpeg();
  // It has begun before its first picture: black is made for that, and is at hand at the end.
  begin({}, { agoMs: 500, ffmpegPath });
  const { sink } = await record(camera);
  if (sink === null) throw new Error('There is no file.');
  const feed = new PacketFeed(sink, 'vp8');
  const picture = vp8Frame(true, { width: 64, height: 36 });
  const fromMs = performance.now();
  const blocks = async (): Promise<Block[]> => blocksOf(await readFile(join(folder, 'ada.mkv')));
  // Its beginning is on the disk: the black before the first picture is made by then.
  await vi.waitFor(async () => {
    const arrivedMs = performance.now();
    feed.picture(packetize('vp8', picture), Math.round((arrivedMs - fromMs) * 90), { arrivedMs });
    expect(await blocks()).not.toEqual([]);
  }, 8_000);
  room.onLeave = () => {
    sink.end();
    // A connection is not closed in no time.
    const untilMs = performance.now() + 20;
    while (performance.now() < untilMs);
  };
  await host.orphaned();
  const isSent = (await blocks()).filter(({ track }) => track === 1).map(({ data }) => data.equals(picture));
  expect(isSent.at(-1)).toBe(true);
});

it('leaves in the folder what is in its files, whatever becomes of the recorder', async () => {
  const { begin, host, record } = await hosted();
  begin();
  const { sink } = await record(microphone);
  if (sink === null) throw new Error('There is no file.');
  // A recorder that is blocked has heard of no file yet.
  const left = await vi.waitFor(async () => {
    const read = await readCopiedFiles(folder);
    if (read === null) throw new Error('There is none.');
    return read;
  });
  expect(left).toMatchObject({ hasEnded: false, files: [{ file: 'ada.mkv', identity: 'ada' }] });
  const feed = new PacketFeed(sink, 'opus');
  const fromMs = performance.now();
  const packets = 20;
  for (let index = 0; index < packets; index += 1)
    feed.packet(tone, index * 20 * 48, { arrivedMs: fromMs + index * 20 });
  // It is untaken for so long that the counts are written anew, although no file has come.
  await vi.waitFor(
    async () => expect((await readCopiedFiles(folder))?.files[0]?.audio.received).toBeGreaterThan(packets),
    8_000,
  );
  await host.orphaned();
  const ended = await readCopiedFiles(folder);
  expect(ended).toMatchObject({ hasEnded: true, files: [{ audio: { queued: 0 } }] });
  const [segment] = ended?.files[0]?.segments ?? [];
  expect(segment?.endMs).toBeGreaterThan(0);
  expect(segment?.packets?.audio?.packets).toBeGreaterThan(packets);
});

it('tells why a room was not joined, and what it has lost later', async () => {
  const refused = new PlateauError('unauthorized', 'The server refuses.', 'Look at the key.');
  expect((await hosted(refused)).sent).toEqual([{ type: 'joined', failure: refused.toReport() }]);

  const { begin, host, options, sent, state } = await hosted();
  const token = options()?.token;
  expect(await token?.()).toBe('first');
  const second = token?.();
  expect(sent.at(-1)).toEqual({ type: 'tokenWanted' });
  host.receive({ type: 'token', token: 'second' });
  expect(await second).toBe('second');
  begin();
  options()?.onLost(new PlateauError('connectionLost', 'Gone.', 'Look.'));
  const { happenings } = await state(({ happenings: all }) => all.length > 0);
  expect(happenings).toMatchObject([{ type: 'lost', error: { code: 'connectionLost' } }]);
  await host.orphaned();
});

/** A microphone whose packets come 20 ms by 20 ms. @returns what sends from one moment to another, of those from now on */
function sender(sink: TrackSink | null): (from: number, to: number) => void {
  if (sink === null) throw new Error('There is no file.');
  const feed = new PacketFeed(sink, 'opus');
  const fromMs = performance.now();
  return (from, to) => {
    for (let ms = from; ms < to; ms += 20) feed.packet(tone, ms * 48, { arrivedMs: fromMs + ms });
  };
}

it('says that it stood still itself, as with a machine that is suspended', async () => {
  const { begin, state } = await hosted();
  begin();
  const fromMs = performance.now();
  while (performance.now() - fromMs < 1_300);
  const { happenings } = await state(({ happenings: all }) => all.some(({ type }) => type === 'event'));
  expect(happenings).toMatchObject([{ type: 'event', level: 'warning', name: 'receiverStoodStill' }]);
});

it('leaves out what was sent while its take is paused, and begins files of whoever came then when it goes on', async () => {
  const { begin, host, record, state } = await hosted();
  begin();
  const send = sender((await record(microphone)).sink);
  send(0, 400);
  host.receive({ type: 'pause', fromMs: 400, toMs: null });
  const bob = await record({ ...microphone, identity: 'bob', trackSid: 'TR_bob' });
  const eve = await record({ ...microphone, identity: 'eve', trackSid: 'TR_eve' });
  expect([bob.isWanted, bob.sink === null]).toEqual([true, false]);
  send(400, 1_000);
  eve.sink?.end();
  const inPause = await state(({ files }) => (files[0]?.entry.audio.dropped.paused ?? 0) > 0);
  expect(inPause.files.map(({ entry }) => entry.file)).toEqual(['ada.mkv']);
  host.receive({ type: 'pause', fromMs: 400, toMs: 1_000 });
  send(1_000, 1_400);
  const goesOn = await state(({ files }) => files.length === 2);
  expect(goesOn.files.map(({ entry }) => entry.file)).toEqual(['ada.mkv', 'bob.mkv']);
  host.receive({ type: 'finish', endMs: 800 });
  const last = await state(({ hasFinished }) => hasFinished);
  const ada = last.files.find(({ entry }) => entry.file === 'ada.mkv')?.entry;
  expect(ada?.segments[0]?.endMs).toBe(800);
  // Frames of 10 ms: a packet has two.
  expect(ada?.audio).toMatchObject({ written: 80, dropped: { paused: 60 } });
});

it('goes on in another folder, of which it leaves an account as well, and tells of files that cannot be written again', async () => {
  const { begin, host, record, state } = await hosted();
  const first = folder;
  begin();
  const send = sender((await record(microphone)).sink);
  send(0, 400);
  const other = await mkdtemp(join(tmpdir(), 'plateau-host-other-'));
  onTestFinished(() => rm(other, { recursive: true, force: true }));
  host.receive({ type: 'cut', number: 2, atMs: 400, folder: { path: other, name: 'take' } });
  send(400, 800);
  const settled = await state(({ settledPart }) => settledPart === 1);
  expect(settled.failed).toEqual({ video: 0, audio: 0 });
  const bob = await record({ ...microphone, identity: 'bob', trackSid: 'TR_bob' });
  expect(bob.sink).not.toBeNull();
  // What is written there meanwhile makes it anew.
  await vi.waitFor(async () => {
    await rm(other, { recursive: true, force: true });
    await writeFile(other, 'In its place.');
  });
  const { happenings } = await state(({ happenings: all }) => all.some(({ type }) => type === 'notRestored'));
  expect(happenings).toContainEqual(expect.objectContaining({ type: 'notRestored', part: 2 }));
  await rm(other);
  await mkdir(other, { recursive: true });
  await host.orphaned();
  expect([await readdir(first), (await readdir(other)).toSorted()]).toEqual([
    ['.copied-files.json', 'ada.mkv'],
    ['.copied-files.json', 'ada-part2.mkv', 'bob-part2.mkv'],
  ]);
  const left = await Promise.all([first, other].map(readCopiedFiles));
  expect(left.map((one) => one?.files.map(({ file }) => file))).toEqual([
    ['ada.mkv'],
    ['ada-part2.mkv', 'bob-part2.mkv'],
  ]);
});
