import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { ParticipantSpec } from '#engine/lab/room/participant-spec.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { type DatagramFaults, injectDatagramFaults } from '../../../fixtures/datagram-faults.js';
import { othersShareBetween, overloadReason, readCpu } from '../../../fixtures/machine-load.js';
import { imbalance, RoomPackets } from '../../../fixtures/room-packets.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const room = 'packets';
const people = ['ada', 'grace', 'edsger'] as const;
const specs: readonly ParticipantSpec[] = people.map((identity, index) => ({
  identity,
  camera: { width: 640, height: 360, fps: 30, codec: index === 2 ? 'h264' : 'vp8' },
}));
/** Frames and packets of audio in five seconds, less two that may stand at its ends. */
const seconds = 5;
const leastFrames = seconds * 30 - 2;
const leastAudioPackets = seconds * 50 - 2;

let server: EmbeddedServer;
let publishers: SyntheticRoom;
let faults: DatagramFaults;

beforeAll(async () => {
  faults = injectDatagramFaults();
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  publishers = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants: specs });
});

afterAll(async () => {
  faults.restore();
  await publishers.stop();
  await server.stop();
});

interface Received {
  readonly packets: RoomPackets;
  /** Of the quickest packet of a track, by the sender's clock. */
  readonly delaysMs: ReadonlyMap<string, number>;
  /** Packets that were lost on the way to the receiver. */
  readonly lostOnTheWay: number;
  readonly overload: string | null;
}

/** @param line what the way to the receiver is like */
async function receive(line: { readonly lossShare: number; readonly jitterMs: number }): Promise<Received> {
  Object.assign(faults, line);
  const lostBefore = faults.lost;
  const before = await readCpu();
  const packets = await RoomPackets.join(server, room);
  const delaysMs = new Map<string, number>();
  try {
    const hasEnough = (): boolean =>
      people.every((identity) => {
        const [audio, video] = (['audio', 'video'] as const).map((kind) =>
          packets.tracks.find(({ track }) => track.identity === identity && track.kind === kind),
        );
        const frames = video?.packets.filter(({ marker }) => marker).length ?? 0;
        return frames >= leastFrames && (audio?.packets.length ?? 0) >= leastAudioPackets;
      });
    await packets.until('five seconds of everybody', hasEnough, 25_000);
    await packets.until('a clock of each track', () =>
      packets.tracks.every((seen) => seen.leastDelayMs() !== null),
    );
    // What is on its way when the receiver leaves is nobody's loss.
    Object.assign(faults, { lossShare: 0, jitterMs: 0 });
    await packets.until('what is missing', () =>
      packets.tracks.every(({ track }) => track.figures.packets.missing === 0),
    );
    for (const seen of packets.tracks) delaysMs.set(seen.track.sid, seen.leastDelayMs() ?? NaN);
  } finally {
    await packets.close();
  }
  const after = await readCpu();
  const slots = { slots: 1, lateSlots: 0, droppedSlots: 0, maxLateMs: 0 };
  const othersShare = othersShareBetween(before, after);
  const lostOnTheWay = faults.lost - lostBefore;
  return {
    packets,
    delaysMs,
    lostOnTheWay,
    overload: overloadReason({ publishers: slots, othersShare, loopLateMs: 0 }),
  };
}

describe('a receiver of packets', () => {
  const take = new SharedTake(() => receive({ lossShare: 0, jitterMs: 0 }));
  const lossyTake = new SharedTake(() => receive({ lossShare: 0.05, jitterMs: 30 }));

  timedTest('has every packet of three people for five seconds, in order', take, ({ packets }) => {
    expect(packets.tracks).toHaveLength(6);
    for (const { track, disorder, losses } of packets.tracks) {
      const { figures } = track;
      expect({ sid: track.sid, disorder, losses, lost: figures.packets.lost }).toEqual({
        sid: track.sid,
        disorder: null,
        losses: [],
        lost: { expired: 0, windowFull: 0, jump: 0, beforeKeyFrame: 0, ended: 0 },
      });
      expect(imbalance(figures)).toBe(0);
      expect(figures.packets.expected).toBe(figures.packets.received + figures.packets.recovered);
    }
    expect(packets.receiver.media).toMatchObject({ unreadablePackets: 0 });
  });

  timedTest(
    'loses next to none when one in 20 is lost on the way and they come out of order, and says which',
    lossyTake,
    ({ packets, lostOnTheWay }) => {
      let [lost, expected] = [0, 0];
      let recovered = 0;
      let reordered = 0;
      for (const { track, disorder, losses } of packets.tracks) {
        const { figures } = track;
        expect({ disorder, off: imbalance(figures) }).toEqual({ disorder: null, off: 0 });
        // By chance a packet may be lost each time that it is sent.
        for (const [from, to] of losses) lost += to - from + 1;
        expected += figures.packets.expected;
        recovered += figures.packets.recovered;
        reordered += figures.packets.reordered;
      }
      expect(lost).toBeLessThan(0.005 * expected);
      expect(lostOnTheWay).toBeGreaterThan(30);
      expect(recovered).toBeGreaterThan(lostOnTheWay / 2);
      expect(reordered).toBeGreaterThan(20);
    },
  );

  timedTest('has audio and video of a person on one clock', take, ({ packets, delaysMs }) => {
    for (const identity of people) {
      const audioMs = delaysMs.get(packets.of(identity, 'audio').track.sid) ?? NaN;
      const videoMs = delaysMs.get(packets.of(identity, 'video').track.sid) ?? NaN;
      expect(Math.abs(audioMs - videoMs)).toBeLessThanOrEqual(5);
    }
  });
});
