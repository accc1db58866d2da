import { E2eeRequest, FfiHandle, type PartialMessage } from '@livekit/rtc-ffi-bindings';
import type { Room } from '@livekit/rtc-node';
import { ffiRequest } from './ffi-request.js';

/** The keys of a room that is joined with encryption; rtc-node 1.1.0 has the calls, but leaves the key out of one. */
export interface RoomKeyRequests {
  /** A key of everybody who has none of their own. */
  setShared(index: number, key: Uint8Array): void;
  setOf(identity: string, index: number, key: Uint8Array): void;
  /** Derives the next key from somebody's present one. */
  ratchetOf(identity: string, index: number): void;
  /** Somebody's present key; null before a frame of theirs has arrived. */
  keyOf(identity: string, index: number): Uint8Array | null;
}

/**
 * The requests of one room; each throws an Error when it is gone.
 *
 * @throws TypeError when it is not joined
 */
export function roomKeyRequests(room: Room): RoomKeyRequests {
  // Private in the types of rtc-node, whose version is pinned.
  const handle: unknown = Reflect.get(room, 'ffiHandle');
  if (!(handle instanceof FfiHandle)) throw new TypeError('Keys need a room that is joined');
  const roomHandle = handle.handle;
  const send = (message: NonNullable<PartialMessage<E2eeRequest>['message']>): Uint8Array | null => {
    const { message: reply } = ffiRequest({
      message: { case: 'e2ee', value: new E2eeRequest({ roomHandle, message }) },
    });
    if (reply.case !== 'e2ee' || reply.value.message.case !== 'getKey') return null;
    return reply.value.message.value.key ?? null;
  };
  return {
    setShared: (keyIndex, sharedKey) => {
      send({ case: 'setSharedKey', value: { keyIndex, sharedKey } });
    },
    setOf: (participantIdentity, keyIndex, key) => {
      send({ case: 'setKey', value: { participantIdentity, keyIndex, key } });
    },
    ratchetOf: (participantIdentity, keyIndex) => {
      send({ case: 'ratchetKey', value: { participantIdentity, keyIndex } });
    },
    keyOf: (participantIdentity, keyIndex) => {
      const key = send({ case: 'getKey', value: { participantIdentity, keyIndex } });
      return key === null || key.length === 0 ? null : key;
    },
  };
}
