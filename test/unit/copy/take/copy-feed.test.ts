import { afterEach, expect, it, vi } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import type { RoomReceiverOptions } from '#engine/copy/receive/room-receiver-options.js';
import type { TrackReceiver } from '#engine/copy/receive/track-receiver.js';
import type { Publication } from '#engine/copy/signal/publications.js';
import { CopyFeed } from '#engine/copy/take/copy-feed.js';
import type { PublicationInfo } from '#engine/livekit/publication-info.js';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import type { Problem } from '#engine/take/problem.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

function receiverOf(changes: Partial<Publication> = {}): TrackReceiver {
  const publication: Publication = {
    ...{
      sid: 'TR_1',
      participantSid: 'PA_1',
      identity: 'ada',
      kind: 'video',
      source: 'camera',
      codec: 'vp8',
    },
    ...{ isMuted: false, isEncrypted: false, width: 640, height: 360 },
    ...changes,
  };
  return { publication, figures: { packets: { missing: 0 } } } as unknown as TrackReceiver;
}

async function fed(isWanted = true) {
  const log = new EventLog(20);
  const problems: Problem[] = [];
  const begun: PublicationInfo[] = [];
  const missing: string[] = [];
  const listeners: RoomReceiverOptions['listener'][] = [];
  let closed = 0;
  const feed = await CopyFeed.join(
    {
      ...{ url: 'ws://studio', token: () => Promise.resolve('token') },
      report: new EventReporter(log, () => 0),
      participantOf: () => undefined,
      publicationsOf: () => [],
      onProblem: (problem) => problems.push(problem),
    },
    (how) => {
      listeners.push(how.listener);
      return Promise.resolve({
        ...{ media: null, tracks: new Map() },
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      });
    },
  );
  const [listener] = listeners;
  if (listener === undefined) throw new Error('Nobody listens.');
  const take: Parameters<CopyFeed['begin']>[0] = {
    clock: new TakeClock(),
    begin: (info) => {
      if (isWanted) begun.push(info);
      return isWanted;
    },
    noteMissing: (info, { code }) => missing.push(`${info.trackSid} ${code}`),
    noteProblem: (problem) => problems.push(problem),
  };
  return {
    feed,
    take,
    log,
    problems,
    begun,
    missing,
    listener,
    closed: () => closed,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

it('records what is in the room already once the take has begun, and not before', async () => {
  const { begun, feed, listener, take } = await fed();
  const recording = listener.onTrack(receiverOf());
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([]);
  feed.begin(take);
  await recording;
  expect(begun).toEqual([
    expect.objectContaining({ trackSid: 'TR_1', identity: 'ada', role: 'camera', isRoleDeclared: true }),
  ]);
});

it('leaves out what is encrypted, and says so once for each track', async () => {
  const { begun, feed, listener, log, missing, take } = await fed();
  feed.begin(take);
  await expect(listener.onTrack(receiverOf({ isEncrypted: true }))).resolves.toBeNull();
  expect(begun).toEqual([]);
  expect(missing).toEqual(['TR_1 encryptedTrack']);
  expect(log.entries.at(-1)?.message).toContain('copy mode cannot record');
});

it('leaves out what the take does not want', async () => {
  const { feed, listener, take } = await fed(false);
  feed.begin(take);
  await expect(listener.onTrack(receiverOf())).resolves.toBeNull();
});

it('tells of a lost room, unless the take has ended by then', async () => {
  const lost = new PlateauError('connectionLost', 'The room is gone.', 'Look for it.');
  vi.useFakeTimers();
  const still = await fed();
  still.feed.begin(still.take);
  still.listener.onLost(lost);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(still.problems).toHaveLength(2);
  expect(still.problems[0]).toMatchObject({ error: lost, concerns: 'take' });

  const over = await fed();
  over.feed.begin(over.take);
  const ended = over.feed.endTracks();
  await vi.advanceTimersByTimeAsync(1_000);
  await ended;
  over.listener.onLost(lost);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(over.problems).toEqual([]);
  expect(over.closed()).toBe(1);
  await expect(over.listener.onTrack(receiverOf())).resolves.toBeNull();
});
