import type { Room } from '@livekit/rtc-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { readMediaKeys } from '../../../src-main/contract/media-keys.js';
import type { RoomKeyRequests } from '../../../src-main/livekit/ffi/room-key-requests.js';
import { RoomKeys } from '../../../src-main/livekit/room-keys.js';
import type { DecryptionState } from '../../../src-main/pipeline/decryption-signal.js';

const tickMs = 200;
const text = (key: Uint8Array): string => new TextDecoder().decode(key);

/** What the SDK was asked to do. */
let asked: string[];
let isGone: boolean;

/** It knows the key of everybody whose name it has heard: of the name itself. */
const requests: RoomKeyRequests = {
  setShared: (index, key) => asked.push(`shared ${index} ${text(key)}`),
  setOf: (identity, index, key) => asked.push(`${identity} ${index} ${text(key)}`),
  ratchetOf: (identity, index) => {
    if (isGone) throw new Error('the room is gone');
    asked.push(`ratchet ${identity} ${index}`);
  },
  keyOf: (identity) => new TextEncoder().encode(`key of ${identity}`),
};

/** How rooms were joined. */
let joined: object[];
const room = {
  connect: (_url: string, _token: string, options: object) => {
    joined.push(options);
    return Promise.resolve();
  },
} as unknown as Room;

beforeEach(() => {
  asked = [];
  joined = [];
  isGone = false;
  packets = 50;
});

const options = { autoSubscribe: false, dynacast: false };

async function joinedKeys(given: string | null): Promise<RoomKeys> {
  const keys = new RoomKeys(given === null ? null : readMediaKeys(given), () => requests);
  await keys.join(room, 'ws://somewhere', 'token', options);
  return keys;
}

/** Packets of every track, of which nothing comes: 50 a second, unless WebRTC says nothing. */
let packets: number;

function run(
  keys: RoomKeys,
  ms: number,
  states: Readonly<Record<string, DecryptionState | null>>,
  { kind = 'audio', isAnswering = true }: { kind?: 'audio' | 'video'; isAnswering?: boolean } = {},
): void {
  for (let passedMs = 0; passedMs < ms; passedMs += tickMs) {
    if (isAnswering) packets += 10;
    const tracks = Object.entries(states).map(([name, state]) => ({
      info: { identity: name.split('/')[0] ?? '', kind },
      decryption: state === null ? null : { state, undecryptedPackets: packets },
    }));
    keys.tryNext(tickMs, tracks);
  }
}

describe('a room', () => {
  it('is joined as ever without a key', async () => {
    const keys = await joinedKeys(null);
    run(keys, 20_000, { 'ada/1': 'failing' });
    expect(joined).toEqual([options]);
    expect(asked).toEqual([]);
  });

  it('is joined with a passphrase, and the search of the SDK is left off', async () => {
    await joinedKeys('secret');
    expect(joined[0]).toMatchObject({
      ...options,
      encryption: {
        encryptionType: 1,
        keyProviderOptions: {
          sharedKey: new TextEncoder().encode('secret'),
          ratchetWindowSize: 0,
          failureTolerance: -1,
          keyRingSize: 16,
          keyDerivationFunction: 0,
        },
      },
    });
    expect(asked).toEqual(['shared 0 secret']);
  });

  it('gets shared keys before those of somebody, and a ring that holds all', async () => {
    await joinedKeys(
      '{"keys": [{"participant": "ada", "passphrase": "hers", "index": 40}, {"passphrase": "all", "index": 2}]}',
    );
    expect(asked).toEqual(['shared 2 all', 'ada 40 hers']);
    expect(joined[0]).toMatchObject({ encryption: { keyProviderOptions: { keyRingSize: 41 } } });
  });
});

describe('a key that was ratcheted', () => {
  it('is looked for step by step, and the one before has its turn again', async () => {
    const keys = await joinedKeys('secret');
    run(keys, 3_000, { 'ada/1': 'changed' });
    expect(asked.slice(1)).toEqual(Array(4).fill('ratchet ada 0'));
    run(keys, 5_400, { 'ada/1': 'changed' });
    expect(asked.slice(5)).toEqual(['ada 0 key of ada', 'ratchet ada 0']);
  });

  it('has its chance, however late WebRTC says what came of it', async () => {
    const keys = await joinedKeys('secret');
    run(keys, tickMs, { 'ada/1': 'changed' });
    run(keys, 20_000, { 'ada/1': 'changed' }, { isAnswering: false });
    // The first word may be of the time before.
    run(keys, tickMs, { 'ada/1': 'changed' });
    run(keys, 20_000, { 'ada/1': 'changed' }, { isAnswering: false });
    expect(asked.slice(1)).toEqual(['ratchet ada 0']);
    run(keys, 600, { 'ada/1': 'changed' });
    expect(asked.slice(2)).toEqual(['ratchet ada 0']);
  });

  it('has longer for a video, which needs a key frame', async () => {
    const keys = await joinedKeys('secret');
    run(keys, 4_000, { 'ada/1': 'changed' }, { kind: 'video' });
    expect(asked.slice(1)).toEqual(['ratchet ada 0']);
    run(keys, 200, { 'ada/1': 'changed' }, { kind: 'video' });
    expect(asked.slice(2)).toEqual(['ratchet ada 0']);
  });

  it('is the key from then on', async () => {
    const keys = await joinedKeys('secret');
    run(keys, 400, { 'ada/1': 'changed' });
    run(keys, 20_000, { 'ada/1': 'decrypted' });
    expect(asked.slice(1)).toEqual(['ratchet ada 0']);
  });

  it('is not looked for at once of somebody who never had the right one: they may correct it', async () => {
    const keys = await joinedKeys('secret');
    run(keys, 4_800, { 'ada/1': 'failing' });
    expect(asked).toHaveLength(1);
    run(keys, 200, { 'ada/1': 'failing' });
    expect(asked.slice(1)).toEqual(['ratchet ada 0']);
  });

  it('is not looked for while another track of theirs is decrypted, nor by those who have several keys', async () => {
    const keys = await joinedKeys('secret');
    run(keys, 20_000, { 'ada/1': 'changed', 'ada/2': 'decrypted', 'ben/1': null, 'eve/1': 'unknown' });
    expect(asked).toHaveLength(1);
    const several = await joinedKeys('{"keys": [{"passphrase": "a"}, {"passphrase": "b", "index": 1}]}');
    run(several, 20_000, { 'ada/1': 'changed' });
    expect(asked).toHaveLength(3);
  });

  it('of many is looked for one at a call: each costs 50 ms of the event loop', async () => {
    const keys = await joinedKeys('secret');
    run(keys, tickMs, { 'ada/1': 'changed', 'ben/1': 'changed', 'eve/1': 'changed' });
    expect(asked.slice(1)).toEqual(['ratchet ada 0']);
    run(keys, 2 * tickMs, { 'ada/1': 'changed', 'ben/1': 'changed', 'eve/1': 'changed' });
    expect(asked.slice(2)).toEqual(['ratchet ben 0', 'ratchet eve 0']);
  });

  it('of a room that is gone is given up without a word', async () => {
    const keys = await joinedKeys('secret');
    isGone = true;
    run(keys, 20_000, { 'ada/1': 'changed' });
    expect(asked).toHaveLength(1);
    isGone = false;
    await keys.join(room, 'ws://somewhere', 'token', options);
    run(keys, tickMs, { 'ada/1': 'changed' });
    expect(asked.slice(1)).toEqual(['shared 0 secret', 'ratchet ada 0']);
  });
});
