import { expect, it } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import type { MissingTrack } from '#engine/livekit/missing-tracks.js';
import type { SubscribedTrack } from '#engine/livekit/remote-track.js';
import { roomEventLogger, type RoomHooks } from '#engine/recorder/room-event-log.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

it.each([
  [true, 'nothing was received meanwhile', [8_000]],
  // A copied take goes on: nothing is missing from it.
  [false, 'received by a process of its own, which says so if it stood still as well', []],
])('says what a standstill means, where this process receives: %s', (receives, said, noted) => {
  const log = new EventLog(5);
  const lengths: number[] = [];
  const hooks = { onStandstill: (ms: number) => lengths.push(ms) } as unknown as RoomHooks;
  roomEventLogger(new EventReporter(log, () => 0), hooks, () => receives).onStandstill(8_000);
  expect(log.entries[0]).toMatchObject({ level: 'warning', name: 'processStoodStill' });
  expect(log.entries[0]?.message).toContain(said);
  expect(lengths).toEqual(noted);
});

it('says of a short standstill that what is missing of it is a gap', () => {
  const log = new EventLog(5);
  const hooks = { onStandstill: () => undefined } as unknown as RoomHooks;
  roomEventLogger(new EventReporter(log, () => 0), hooks, () => true).onStandstill(399);
  expect(log.entries[0]?.message).toBe(
    'The recorder stood still for 399 ms: what is missing of it is told as a gap.',
  );
});

it('says of a track that only a preview lacks that the take does not', () => {
  const log = new EventLog(5);
  const hooks = { onTrackMissing: () => undefined, onRoomChanged: () => undefined } as unknown as RoomHooks;
  const logger = roomEventLogger(new EventReporter(log, () => 0), hooks, () => false);
  const info = { identity: 'ada', role: 'camera' } as MissingTrack['info'];
  logger.onTrackMissing({
    info,
    error: new PlateauError('trackWithheld', 'Not received.', 'Ask.'),
    awaitedMs: 0,
  });
  expect(log.entries).toMatchObject([{ level: 'info', name: 'previewMissing', identity: 'ada' }]);
  expect(log.entries[0]?.message).toContain('No preview of the camera of ada');
});

it('leaves the tracks of a copied take to the process that receives them, and tells of them otherwise', () => {
  const log = new EventLog(5);
  const nothing = (): void => undefined;
  const hooks = { onTrackSubscribed: nothing, onTrackMuted: nothing, onTrackGone: nothing };
  let isCopied = true;
  const logger = roomEventLogger(
    new EventReporter(log, () => 0),
    { ...hooks, onRoomChanged: nothing } as unknown as RoomHooks,
    () => !isCopied,
  );
  const info = { identity: 'ada', role: 'camera', trackSid: 'TR_1' };
  const track = { info } as unknown as SubscribedTrack;
  const pass = (): void => {
    logger.onTrackSubscribed(track, { wasMissing: false, lateMs: 0, onset: null });
    logger.onTrackMuted(track, true);
    logger.onTrackGone(track, false);
  };
  pass();
  expect(log.entries).toEqual([]);
  isCopied = false;
  pass();
  expect(log.entries.map(({ name }) => name)).toEqual(['trackSubscribed', 'trackMuted', 'trackUnsubscribed']);
});

it('calls ended what has ended, and not what was taken and is published still', () => {
  const log = new EventLog(5);
  const gone: boolean[] = [];
  const ended: boolean[] = [];
  const hooks = {
    onTrackGone: (_: SubscribedTrack, isTaken: boolean) => gone.push(isTaken),
    onMissingEnded: (_: MissingTrack['info'], wasTold: boolean) => ended.push(wasTold),
    onRoomChanged: () => undefined,
  };
  const report = new EventReporter(log, () => 0);
  const logger = roomEventLogger(report, hooks as unknown as RoomHooks, () => true);
  const info = { identity: 'ada', role: 'camera', trackSid: 'TR_1' } as MissingTrack['info'];
  logger.onTrackGone({ info } as unknown as SubscribedTrack, true);
  expect(log.entries).toEqual([]);
  logger.onMissingEnded(info, true);
  expect(log.entries.map(({ message }) => message)).toEqual(['The camera of ada ended']);
  expect([gone, ended]).toEqual([[true], [true]]);
});

it('says that stereo is mixed to mono of what this process records, and not of the previews of a copied take', () => {
  const log = new EventLog(5);
  let isCopied = true;
  const report = new EventReporter(log, () => 0);
  const logger = roomEventLogger(report, {} as unknown as RoomHooks, () => !isCopied);
  logger.onMixedToMono('token');
  expect(log.entries).toEqual([]);
  isCopied = false;
  logger.onMixedToMono('token');
  expect(log.entries).toMatchObject([{ level: 'warning', name: 'mixedToMono' }]);
  expect(log.entries[0]?.message).toContain('a token that may not publish');
});

it('says of who is found in the room behind a lost connection that what they sent before is in no file', () => {
  const log = new EventLog(9);
  const hooks = { onRoomChanged: () => undefined, onConnection: () => undefined } as unknown as RoomHooks;
  const logger = roomEventLogger(new EventReporter(log, () => 0), hooks, () => true);
  const joins = (identity: string): void => {
    logger.onParticipantJoined({ identity } as Parameters<typeof logger.onParticipantJoined>[0]);
  };
  joins('ada');
  logger.onReconnecting();
  logger.onReconnected();
  joins('ada');
  joins('ben');
  expect(log.entries.filter(({ name }) => name === 'cameMeanwhile')).toMatchObject([
    { level: 'warning', identity: 'ben' },
  ]);
});
