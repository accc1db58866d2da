import { ConnectionQuality, type Room, RoomEvent } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { listenToRoom } from '../../../src-main/livekit/room-events.js';
import type { RoomListener } from '../../../src-main/livekit/room-listener.js';
import type { Subscriptions } from '../../../src-main/livekit/subscriptions.js';
import { PublisherConnection } from '../../../src-main/pipeline/publisher-connection.js';
import { FakeRoom } from './fake-room.js';

it('what the server says of a connection reaches each track of its participant, and no other', () => {
  const room = new FakeRoom();
  const trackOf = (identity: string) => ({ info: { identity }, connection: new PublisherConnection() });
  const tracks = ['ada', 'ada', 'ben'].map(trackOf);
  listenToRoom(
    room as unknown as Room,
    { tracks } as unknown as Subscriptions,
    {} as unknown as RoomListener,
    () => undefined,
  );
  const say = (quality: ConnectionQuality): void => {
    room.emit(RoomEvent.ConnectionQualityChanged, quality, { identity: 'ada' });
  };
  say(ConnectionQuality.QUALITY_EXCELLENT);
  say(ConnectionQuality.QUALITY_GOOD);
  say(ConnectionQuality.QUALITY_POOR);
  expect(tracks.map(({ connection: { falls, isPoor } }) => [falls, isPoor])).toEqual([
    [2, true],
    [2, true],
    [0, false],
  ]);
  say(ConnectionQuality.QUALITY_LOST);
  expect(tracks[0]?.connection.falls).toBe(3);
});

it('tells what is published no more, by itself or with who leaves, and not of what a connection takes with it', () => {
  const room = new FakeRoom();
  const ended: string[] = [];
  const told = { onPublicationEnded: (sid: string) => ended.push(sid) };
  const ignore = (): undefined => undefined;
  const listener = {
    ...told,
    onParticipantLeft: ignore,
    onPublicationsChanged: ignore,
    onReconnecting: ignore,
  };
  const subscriptions = { tracks: [], ended: ignore, unpublished: ignore, interrupted: ignore };
  const reconnected = { onReconnected: ignore, repeatLayerRequest: ignore, subscribeArmed: ignore };
  listenToRoom(
    room as unknown as Room,
    { ...subscriptions, ...reconnected } as unknown as Subscriptions,
    { ...listener, ...reconnected } as unknown as RoomListener,
    ignore,
  );
  const ben = { identity: 'ben', trackPublications: new Map([['TR_3', { sid: 'TR_3' }]]) };
  const unpublish = (sid: string): void => void room.emit(RoomEvent.TrackUnpublished, { sid }, ben);
  unpublish('TR_1');
  room.emit(RoomEvent.Reconnecting);
  unpublish('TR_2');
  room.emit(RoomEvent.ParticipantDisconnected, ben);
  expect(ended).toEqual(['TR_1']);
  room.emit(RoomEvent.Reconnected);
  room.emit(RoomEvent.ParticipantDisconnected, ben);
  expect(ended).toEqual(['TR_1', 'TR_3']);
});
