import { type Room, TrackSource } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { permissionsIn, PermissionWatch } from '../../../src-main/livekit/permissions.js';

function roomWith(own: object | undefined, ofAda: object | undefined): Room {
  const room: unknown = {
    localParticipant: { info: { permission: own } },
    remoteParticipants: new Map([['ada', { info: { permission: ofAda } }]]),
  };
  return room as Room;
}

const camera = { trackSid: 'TR_1', identity: 'ada', role: 'camera', isRoleDeclared: true } as const;

it('knows whether the recorder may subscribe, as far as the server says it', () => {
  expect(permissionsIn(() => roomWith({ canSubscribe: false }, undefined)).mayReceive()).toBe(false);
  expect(permissionsIn(() => roomWith({ canSubscribe: true }, undefined)).mayReceive()).toBe(true);
  expect(permissionsIn(() => roomWith(undefined, undefined)).mayReceive()).toBe(true);
  expect(permissionsIn(() => null).mayReceive()).toBe(true);
});

it.each([
  [undefined, true],
  [{ canPublish: true, canPublishSources: [] }, true],
  [{ canPublish: true, canPublishSources: [TrackSource.SOURCE_CAMERA] }, true],
  [{ canPublish: true, canPublishSources: [TrackSource.SOURCE_MICROPHONE] }, false],
  [{ canPublish: false, canPublishSources: [] }, false],
])('knows whether somebody may publish a camera by %o', (permission, isAllowed) => {
  const { mayPublish } = permissionsIn(() => roomWith(undefined, permission));
  expect(mayPublish(camera)).toBe(isAllowed);
  // Whoever has left does not matter any more.
  expect(mayPublish({ ...camera, identity: 'ben' })).toBe(true);
});

it('does not take the end of a track for what is withdrawn seconds later', () => {
  const told: string[] = [];
  let isAllowed = true;
  const watch = new PermissionWatch<{ info: typeof camera }>(
    { mayReceive: () => true, mayPublish: () => isAllowed },
    ({ identity }) => told.push(identity),
  );
  watch.ended(camera, 0);
  watch.look([], 200);
  watch.look([], 1_600);
  isAllowed = false;
  watch.look([], 1_800);
  expect(told).toEqual([]);
});

it('says when the permission has been given back for a while, once', () => {
  let mayReceive = true;
  let givenBack = 0;
  const track = { info: camera };
  const watch = new PermissionWatch<typeof track>(
    { mayReceive: () => mayReceive, mayPublish: () => true },
    () => undefined,
    () => {
      givenBack += 1;
    },
  );
  expect(watch.look([track], 0)).toEqual([]);
  watch.look([], 10_000);
  expect(givenBack).toBe(0);
  mayReceive = false;
  expect(watch.look([track], 11_000)).toEqual([track]);
  mayReceive = true;
  watch.look([], 12_000);
  watch.look([], 14_900);
  expect(givenBack).toBe(0);
  watch.look([], 15_000);
  watch.look([], 20_000);
  expect(givenBack).toBe(1);
});
