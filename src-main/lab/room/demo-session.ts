import type { Source } from '../../contract/recording.js';
import { openThrottledNetwork, type ThrottledNetwork } from '../network/throttled-network.js';
import { startLivekitServer } from '../server/livekit-server.js';
import { demoParticipants } from './demo-room.js';
import { startSyntheticRoom, type SyntheticRoom } from './synthetic-room.js';

/** One round of what the synthetic people do: joining late, muting, turning the camera. */
const usualRoundSeconds = 60;
const room = 'demo';

/** A server on this machine with synthetic people in one room. */
export interface DemoSession {
  readonly source: Source;
  readonly people: SyntheticRoom;
  /** The way that `source` takes to the server. */
  readonly network: ThrottledNetwork;
  close(): Promise<void>;
}

/**
 * Starts a server on this machine and synthetic people in its room `demo`; resolves when those who come
 * first have joined. The caller owns all of it and calls `close`.
 *
 * @param roundSeconds time in which every scheduled action happens once
 * @throws PlateauError `livekitServerMissing`, `livekitServerFailed`, `ffmpegMissing`, `ffmpegFailed`, and
 *   of a participant that could not join
 */
export async function openDemoSession(roundSeconds: number = usualRoundSeconds): Promise<DemoSession> {
  const server = await startLivekitServer();
  let network: ThrottledNetwork | undefined;
  try {
    const { url, apiKey, apiSecret } = server;
    const way = await openThrottledNetwork(url);
    network = way;
    const participants = demoParticipants(roundSeconds).map(({ spec }) => spec);
    const people = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants });
    return {
      source: { url: way.url, room, credentials: { apiKey, apiSecret } },
      people,
      network: way,
      close: async () => {
        await people.stop();
        await way.close();
        await server.stop();
      },
    };
  } catch (thrown) {
    await network?.close();
    await server.stop();
    throw thrown;
  }
}
