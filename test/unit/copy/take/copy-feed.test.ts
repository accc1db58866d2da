import { afterEach, expect, it, vi } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import { type MediaKeys, readMediaKeys } from '#engine/contract/media-keys.js';
import type { MediaFigures } from '#engine/copy/receive/media-session.js';
import type { RoomReceiverOptions } from '#engine/copy/receive/room-receiver-options.js';
import type { TrackReceiver } from '#engine/copy/receive/track-receiver.js';
import type { Publication } from '#engine/copy/signal/publications.js';
import { CopyFeed, type FedTake } from '#engine/copy/take/copy-feed.js';
import type { PublicationInfo } from '#engine/livekit/publication-info.js';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import type { OnsetTimes } from '#engine/pipeline/track-onset.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

function receiverOf(changes: Partial<Publication> = {}): TrackReceiver {
  const publication: Publication = {
    ...{
      sid: 'TR_1',
      participantSid: 'PA_1',
      identity: 'ada',
      participantName: 'Ada',
      name: 'front',
      kind: 'video',
      source: 'camera',
      codec: 'vp8',
    },
    ...{ isMuted: false, isEncrypted: false, width: 640, height: 360 },
    ...changes,
  };
  return { publication, wasOffered: true, figures: { packets: { missing: 0 } } } as unknown as TrackReceiver;
}

function figuresOf(quietMs: number): MediaFigures {
  return {
    ...{ packets: 0, bytes: 0, strayPackets: 0, unreadablePackets: 0, roundTripMs: 20, quietMs, way: 'udp' },
    kernelBuffer: { askedBytes: 4_000_000, givenBytes: 4_000_000 },
  };
}

async function fed(isWanted = true, mediaKeys: MediaKeys | null = null, quietMs = 0) {
  const log = new EventLog(20);
  const lost: string[] = [];
  const begun: PublicationInfo[] = [];
  const missing: string[] = [];
  const late: number[] = [];
  const listeners: RoomReceiverOptions['listener'][] = [];
  let closed = 0;
  const withheldBy: { current: 'owner' | 'server' | null } = { current: null };
  const tracks = new Map<string, TrackReceiver>();
  const feed = await CopyFeed.join(
    {
      ...{ url: 'ws://studio', token: () => Promise.resolve('token'), mediaKeys },
      report: new EventReporter(log, () => 0),
      onLost: ({ code }) => lost.push(code),
    },
    (how) => {
      listeners.push(how.listener);
      return Promise.resolve({
        ...{ media: figuresOf(quietMs), tracks, serverTrailer: Buffer.from('trailer') },
        withheldBy: () => withheldBy.current,
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      });
    },
  );
  const [listener] = listeners;
  if (listener === undefined) throw new Error('Nobody listens.');
  const sink = { packet: () => undefined, lost: () => undefined, end: () => undefined };
  const connected: boolean[] = [];
  const files = {
    add: () => Promise.resolve(sink),
    setConnected: (isConnected: boolean) => connected.push(isConnected),
    setMuted: () => undefined,
  };
  const onsets: [string, OnsetTimes][] = [];
  const take: FedTake = {
    noteOnset: ({ trackSid }, times) => void onsets.push([trackSid, times]),
    clock: new TakeClock(),
    begin: (info, record, lateMs = 0) => {
      if (isWanted) begun.push(info);
      if (lateMs > 0) late.push(lateMs);
      if (isWanted) record(0);
      return isWanted;
    },
    noteMissing: (info, { code }, awaitedMs = 0) =>
      missing.push(`${info.trackSid} ${code}${awaitedMs === 0 ? '' : ` for ${awaitedMs} ms`}`),
  };
  return {
    feed,
    onsets,
    take,
    files,
    tracks,
    log,
    lost,
    begun,
    missing,
    late,
    listener,
    withheldBy,
    connected,
    closed: () => closed,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

it('records what is in the room already once the take has begun, and not before', async () => {
  const { begun, feed, files, listener, take } = await fed();
  const recording = listener.onTrack(receiverOf());
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([]);
  feed.begin(take, files);
  await recording;
  expect(begun).toEqual([
    expect.objectContaining({ trackSid: 'TR_1', identity: 'ada', role: 'camera', isRoleDeclared: true }),
  ]);
});

it.each([
  [false, /^The camera of ada is not received: it is published, and was not handed over within 2.5 s/],
  [true, /^The camera of ada is not received any more: it is published, and the server has taken it away/],
])('says of what is withheld whether it was ever handed over (%s)', async (wasOffered, sentence) => {
  vi.useFakeTimers();
  const { feed, files, listener, log, take } = await fed();
  feed.begin(take, files);
  const track = Object.assign(receiverOf(), { isWithheld: false, wasOffered });
  await listener.onTrack(track);
  Object.assign(track, { isWithheld: true });
  listener.onWithheld(track, true);
  await vi.advanceTimersByTimeAsync(2_600);
  expect(log.entries.map(({ message }) => message)).toEqual([expect.stringMatching(sentence)]);
});

it.each([
  ['owner', 'ada does not allow the recorder to subscribe to it any more.'],
  ['server', 'the server does not let this recorder subscribe any more (canSubscribe).'],
] as const)('says of what is withheld by the %s who does so', async (by, reason) => {
  vi.useFakeTimers();
  const { feed, files, listener, log, take, withheldBy } = await fed();
  feed.begin(take, files);
  const track = Object.assign(receiverOf(), { isWithheld: false });
  await listener.onTrack(track);
  withheldBy.current = by;
  Object.assign(track, { isWithheld: true });
  listener.onWithheld(track, true);
  await vi.advanceTimersByTimeAsync(2_600);
  expect(log.entries.at(-1)?.message).toBe(`The camera of ada is not received any more: ${reason}`);
});

it('tells what the server withholds once it is clear that it has not ended, and that it comes again', async () => {
  vi.useFakeTimers();
  const { begun, feed, files, listener, log, missing, take } = await fed();
  feed.begin(take, files);
  const track = Object.assign(receiverOf(), { isWithheld: false });
  await listener.onTrack(track);
  const withhold = (isWithheld: boolean): void => {
    Object.assign(track, { isWithheld });
    listener.onWithheld(track, isWithheld);
  };
  withhold(true);
  await vi.advanceTimersByTimeAsync(2_400);
  withhold(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(missing).toEqual([]);
  expect(begun).toHaveLength(1);
  withhold(true);
  await vi.advanceTimersByTimeAsync(2_600);
  expect(missing).toEqual(['TR_1 trackWithheld for 2500 ms']);
  expect(log.entries.at(-1)?.message).toContain(
    'The camera of ada is not received any more: it is published',
  );
  withhold(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toHaveLength(2);
  // It has ended meanwhile.
  withhold(true);
  Object.assign(track, { isWithheld: false });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(missing).toHaveLength(1);
});

it.each([
  [false, null, 900, []],
  [false, null, 1_200, [1_200]],
  [false, 900, 1_000, [900]],
  [false, 300, 1_000, []],
  // It was told, or is a gap of its file.
  [false, null, 2_600, []],
  [true, null, 1_200, []],
])(
  'says how late a track comes (%s, off after %s ms, there after %i ms)',
  async (wasOffered, offMs, ms, found) => {
    vi.useFakeTimers();
    const { feed, files, late, listener, take } = await fed();
    feed.begin(take, files);
    const track = Object.assign(receiverOf(), { isWithheld: true, wasOffered });
    listener.onWithheld(track, true);
    await listener.onTrack(track);
    await vi.advanceTimersByTimeAsync(offMs ?? 0);
    if (offMs !== null) listener.onMuted(track, true);
    await vi.advanceTimersByTimeAsync(ms - (offMs ?? 0));
    Object.assign(track, { isWithheld: false, wasOffered: true });
    listener.onWithheld(track, false);
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual(found);
  },
);

it('tells how late a track began that has ended, or was muted, and at the end of the take of the others', async () => {
  vi.useFakeTimers();
  const { feed, files, listener, onsets, take } = await fed();
  // What ends before the take is none of its concern.
  void listener.onTrack(receiverOf({ sid: 'TR_0' }));
  feed.begin(take, files);
  const tracks = ['TR_1', 'TR_2', 'TR_3'].map((sid) => receiverOf({ sid }));
  for (const track of tracks) await listener.onTrack(track);
  const [never, late, muted] = tracks;
  if (never === undefined || late === undefined || muted === undefined) throw new Error('No tracks.');
  vi.advanceTimersByTime(300);
  late.onFrame?.();
  vi.advanceTimersByTime(100);
  late.onFrame?.();
  listener.onUnpublished?.(never);
  listener.onUnpublished?.(never);
  listener.onMuted(muted, true);
  const ended = feed.endTracks();
  await vi.runAllTimersAsync();
  await ended;
  expect(onsets.filter(([sid]) => sid !== 'TR_0').map(([sid, { cameMs }]) => [sid, cameMs])).toEqual([
    ['TR_1', null],
    ['TR_3', null],
    ['TR_2', expect.any(Number)],
  ]);
  const { cameMs, sinceMs, untilMs } = onsets.at(-1)?.[1] ?? {};
  expect([Number(cameMs) - Number(sinceMs), Number(untilMs) - Number(cameMs)].map(Math.round)).toEqual([
    300, 100,
  ]);
});

it('tells nothing of a track that ended before the take, is not recorded, or is told to be withheld', async () => {
  vi.useFakeTimers();
  const before = await fed();
  const early = receiverOf();
  void before.listener.onTrack(early);
  before.listener.onUnpublished?.(early);
  before.feed.begin(before.take, before.files);
  const unwanted = await fed(false);
  unwanted.feed.begin(unwanted.take, unwanted.files);
  const left = receiverOf();
  await unwanted.listener.onTrack(left);
  unwanted.listener.onUnpublished?.(left);
  const withheld = await fed();
  withheld.feed.begin(withheld.take, withheld.files);
  const track = Object.assign(receiverOf(), { isWithheld: false, wasOffered: false });
  await withheld.listener.onTrack(track);
  Object.assign(track, { isWithheld: true });
  withheld.listener.onWithheld(track, true);
  await vi.advanceTimersByTimeAsync(3_000);
  withheld.listener.onUnpublished?.(track);
  expect([before.onsets, unwanted.onsets, withheld.onsets]).toEqual([[], [], []]);
  expect(withheld.missing).toHaveLength(1);
});

it('leaves out what is encrypted and has no key, and says so once for each track', async () => {
  const ofBen = readMediaKeys('{"keys": [{"passphrase": "x", "participant": "ben"}]}');
  for (const keys of [null, ofBen]) {
    const { begun, feed, files, listener, log, missing, take } = await fed(true, keys);
    feed.begin(take, files);
    await expect(listener.onTrack(receiverOf({ isEncrypted: true }))).resolves.toBeNull();
    expect(begun).toEqual([]);
    expect(missing).toEqual(['TR_1 encryptedTrack']);
    expect(log.entries.at(-1)?.message).toContain('needs a key');
  }
});

it('records what is encrypted with its key, and what is not as it is', async () => {
  const { begun, feed, files, listener, take } = await fed(true, readMediaKeys('correct horse'));
  feed.begin(take, files);
  const [encrypted, plain] = [receiverOf({ isEncrypted: true }), receiverOf({ sid: 'TR_2' })];
  await listener.onTrack(encrypted);
  await listener.onTrack(plain);
  expect(begun).toMatchObject([
    { trackSid: 'TR_1', isEncrypted: true, needsKey: false },
    { trackSid: 'TR_2', isEncrypted: false, needsKey: false },
  ]);
  expect(plain.decryption ?? null).toBeNull();
  // What the server puts in place of it ends with what it has told at the join.
  expect(encrypted.decryption?.ownPart(Buffer.from('silence trailer'))).toBeNull();
  expect(encrypted.decryption?.ownPart(Buffer.from('anything else'))).toEqual(Buffer.from('anything else'));
});

it('leaves out encrypted AV1, which nobody can decrypt', async () => {
  const { feed, files, listener, log, missing, take } = await fed(true, readMediaKeys('correct horse'));
  feed.begin(take, files);
  await expect(listener.onTrack(receiverOf({ isEncrypted: true, codec: 'av1' }))).resolves.toBeNull();
  expect(missing).toEqual(['TR_1 encryptedTrack']);
  expect(log.entries.at(-1)?.message).toContain('AV1');
});

it('leaves out what the take does not want', async () => {
  const { feed, files, listener, take } = await fed(false);
  feed.begin(take, files);
  await expect(listener.onTrack(receiverOf())).resolves.toBeNull();
});

it('knows by itself what somebody publishes, and what it and they are called', async () => {
  const { feed, tracks } = await fed();
  const screen = { sid: 'TR_2', source: 'unknown', name: 'slides' };
  tracks.set('TR_1', receiverOf());
  tracks.set('TR_2', receiverOf(screen));
  tracks.set('TR_3', receiverOf({ sid: 'TR_3', identity: 'bob' }));
  expect(feed.publicationsOf('ada')).toMatchObject([
    { trackSid: 'TR_1', participantName: 'Ada', name: 'front', role: 'camera', isRoleDeclared: true },
    { trackSid: 'TR_2', participantName: 'Ada', name: 'slides', role: 'camera', isRoleDeclared: false },
  ]);
});

it('tells of a lost room, unless its tracks have ended by then', async () => {
  const failure = new PlateauError('connectionLost', 'The room is gone.', 'Look for it.');
  const still = await fed();
  still.feed.begin(still.take, still.files);
  still.listener.onLost(failure);
  expect(still.lost).toEqual(['connectionLost']);

  vi.useFakeTimers();
  const over = await fed();
  over.feed.begin(over.take, over.files);
  const ended = over.feed.endTracks();
  await vi.advanceTimersByTimeAsync(1_000);
  await ended;
  over.listener.onLost(failure);
  expect(over.lost).toEqual([]);
  expect(over.closed()).toBe(1);
  await expect(over.listener.onTrack(receiverOf())).resolves.toBeNull();
});

it('leaves at once when nobody waits for what is on its way', async () => {
  const { closed, feed, files, listener, take } = await fed();
  feed.begin(take, files);
  feed.leave();
  expect(closed()).toBe(1);
  await expect(listener.onTrack(receiverOf())).resolves.toBeNull();
});

it.each([
  [2_000, [false]],
  // It answers once a second.
  [1_000, []],
])(
  'ends a take as on a lost connection when the server has not answered for %i ms',
  async (quietMs, told) => {
    const { connected, feed, files, take } = await fed(true, null, quietMs);
    feed.begin(take, files);
    await feed.endTracks();
    expect(connected).toEqual(told);
  },
);

it('says once that a connection is lost', async () => {
  const { connected, feed, files, listener, take } = await fed(true, null, 2_000);
  feed.begin(take, files);
  listener.onState('reconnecting');
  await feed.endTracks();
  expect(connected).toEqual([false]);
});
