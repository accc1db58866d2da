import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { type DatagramFaults, injectDatagramFaults } from '../../fixtures/datagram-faults.js';
import { imbalance, RoomPackets } from '../../fixtures/room-packets.js';
import { openTcpRelay, type TcpRelay } from '../../fixtures/tcp-relay.js';

const room = 'recovery';
const camera = { width: 320, height: 180, fps: 30 };

let server: EmbeddedServer;
let publishers: SyntheticRoom;
let relay: TcpRelay;
let faults: DatagramFaults;
let packets: RoomPackets;

beforeAll(async () => {
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  const participants = [{ identity: 'ada', camera }];
  publishers = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants });
  relay = await openTcpRelay(Number(new URL(url).port));
  faults = injectDatagramFaults();
  packets = await RoomPackets.join({ ...server, url: `ws://127.0.0.1:${relay.port}` }, room);
  await flow(0);
});

afterAll(async () => {
  faults.restore();
  await packets.close();
  await relay.close();
  await publishers.stop();
  await server.stop();
});

/** Waits for 30 packets of audio and of video that came after a moment of `performance.now`. */
async function flow(sinceMs: number): Promise<void> {
  const since = (kind: 'audio' | 'video'): number =>
    packets.tracks
      .find(({ track }) => track.kind === kind)
      ?.packets.filter(({ arrivedMs }) => arrivedMs > sinceMs).length ?? 0;
  await packets.until('packets of everybody', () => since('audio') >= 30 && since('video') >= 30);
}

function expectSameTracks(streams: number): void {
  expect(packets.tracks.map(({ track, disorder }) => [track.kind, disorder, track.figures.streams])).toEqual(
    expect.arrayContaining([
      ['audio', null, streams],
      ['video', null, streams],
    ]),
  );
  expect(packets.tracks).toHaveLength(2);
  expect(packets.failure).toBeNull();
}

describe('a receiver of packets', () => {
  it('takes its session up again when the signaling is cut: the same streams go on', async () => {
    relay.cut();
    await packets.until('resuming', () => packets.states.includes('resuming'));
    await packets.until('the session', () => packets.states.at(-1) === 'connected');
    await flow(performance.now());
    expect(packets.states).not.toContain('reconnecting');
    expectSameTracks(1);
  });

  it('begins a new session when nothing comes any more: the same tracks go on with other streams', async () => {
    faults.isCut = true;
    const cutMs = performance.now();
    await packets.until('reconnecting', () => packets.states.includes('reconnecting'), 15_000);
    // Three seconds without a datagram, and not the half minute that ICE takes.
    expect(performance.now() - cutMs).toBeGreaterThan(2_000);
    faults.isCut = false;
    await flow(performance.now());
    expectSameTracks(2);
  });

  it('begins a new session when the server was killed, and has the tracks of the new room', async () => {
    const earlier = new Set(packets.tracks);
    await server.kill();
    await packets.until('the lost server', () => packets.states.at(-1) !== 'connected');
    await server.restart();
    const isNew = (kind: 'audio' | 'video'): boolean =>
      packets.tracks.some(
        (seen) => !earlier.has(seen) && seen.track.kind === kind && seen.packets.length > 30,
      );
    await packets.until('packets of the new room', () => isNew('audio') && isNew('video'), 30_000);
    expect([...earlier].every(({ hasEnded }) => hasEnded)).toBe(true);
    expect(packets.failure).toBeNull();
  });

  it('ends its tracks when it leaves, with everything accounted for', async () => {
    await packets.close();
    for (const { track, hasEnded } of packets.tracks) {
      expect(hasEnded).toBe(true);
      expect(track.figures.packets.missing).toBe(0);
      expect(imbalance(track.figures)).toBe(0);
    }
  });
});

describe('joining a room of packets', () => {
  it('says what is wrong with the credentials, and repeats none of them', async () => {
    const stranger = { ...server, url: server.url, apiSecret: 'x'.repeat(40) };
    const joining = RoomPackets.join(stranger, room);
    const failure: unknown = await joining.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(failure).toMatchObject({ code: 'unauthorized' });
    expect(JSON.stringify(failure) + String(failure)).not.toMatch(/eyJ/);
  });

  it('says that the server is not there', async () => {
    await expect(RoomPackets.join({ ...server, url: 'ws://127.0.0.1:9' }, room)).rejects.toMatchObject({
      code: 'serverUnreachable',
    });
  });
});
