import { Room } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { mintRecorderToken } from '#engine/livekit/connect/access-token.js';
import type { RoomListener } from '#engine/livekit/room-listener.js';
import { RoomSession } from '#engine/livekit/room-session.js';
import { livekitSdk, type RoomSdk } from '#engine/livekit/room-session-options.js';
import { partialListener } from '../../fixtures/partial-listener.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';
import { openTcpRelay, type TcpRelay } from '../../fixtures/tcp-relay.js';

/** An answer takes 400 ms: longer than the SDK waits between two negotiations, which is 150 ms. */
const delayMs = 200;
/** One negotiation is still under way when the next is asked for. */
const joinEveryMs = 200;
const people = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];

let server: EmbeddedServer;
let relay: TcpRelay;

beforeAll(async () => {
  server = await startLivekitServer();
  relay = await openTcpRelay(Number(new URL(server.url).port), delayMs);
});

afterAll(async () => {
  await relay.close();
  await server.stop();
});

const credentials = (): { readonly apiKey: string; readonly apiSecret: string } => ({
  apiKey: server.apiKey,
  apiSecret: server.apiSecret,
});

const minted = (room: string): Promise<string> =>
  mintRecorderToken({ ...credentials(), room, identity: 'recorder' });

async function givenToken(room: string): Promise<string> {
  const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'recorder', ttl: '1h' });
  token.addGrant({ roomJoin: true, room, canPublish: false, canSubscribe: true });
  return token.toJwt();
}

interface Heard {
  readonly identities: string[];
  readonly connection: string[];
}

/** Lets everybody join, one soon after the other, and returns who was heard when all were, or after `patienceMs`. */
async function hearPeople(
  room: string,
  token: Promise<string>,
  patienceMs: number,
  sdk: RoomSdk = livekitSdk,
): Promise<Heard> {
  const heard = new Set<string>();
  const connection: string[] = [];
  let complete: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const listener: Partial<RoomListener> = {
    onTrackSubscribed: ({ info }) => {
      heard.add(info.identity);
      if (heard.size === people.length) complete();
    },
    onStalled: () => connection.push('stalled'),
    onReconnected: () => connection.push('reconnected'),
  };
  const session = new RoomSession({
    url: `ws://127.0.0.1:${relay.port}`,
    token: () => token,
    queueSizes: { videoFrames: 1, audioFrames: 1 },
    pcm: { sampleRateHz: 48_000, channels: 2, frameMs: 10 },
    loopLateAfterMs: { video: 300, audio: 1_000 },
    isArmed: () => true,
    listener: partialListener(listener),
    sdk,
  });
  const joined: PlainParticipant[] = [];
  try {
    await session.connect();
    for (const identity of people) {
      const [participant] = await Promise.all([
        PlainParticipant.join({ url: server.url, ...credentials(), room }, identity),
        new Promise((resolve) => setTimeout(resolve, joinEveryMs)),
      ]);
      joined.push(participant);
      await participant.publishTone(440);
    }
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    return { identities: [...heard].sort(), connection };
  } finally {
    await session.close();
    for (const participant of joined) await participant.leave();
  }
}

describe('people who come while the server is slow to answer are all received', () => {
  it('with a token of its own', async () => {
    const heard = await hearPeople('far-away', minted('far-away'), 20_000);
    expect(heard).toEqual({ identities: people, connection: [] });
  });

  it('with a token that may not publish', async () => {
    const heard = await hearPeople('listening', givenToken('listening'), 20_000);
    expect(heard).toEqual({ identities: people, connection: [] });
  });

  it('after it was noticed that nothing is heard any more', async () => {
    // As a server does that does not let the recorder negotiate in turn: behind a firewall, ICE over TCP.
    let rooms = 0;
    const stalling: RoomSdk = {
      ...livekitSdk,
      createRoom: () => {
        const room = new Room().setMaxListeners(0);
        rooms += 1;
        if (rooms > 1) return room;
        const connect = room.connect.bind(room);
        room.connect = (url, token, options) =>
          connect(url, token, { ...options, singlePeerConnection: true } as typeof options);
        return room;
      },
    };
    const heard = await hearPeople('stalling', givenToken('stalling'), 40_000, stalling);
    expect(heard).toEqual({ identities: people, connection: ['stalled', 'reconnected'] });
  });
});
