import { ForkedChild } from '../../process/forked-child.js';
import type { Impairment } from './impaired-queue.js';
import { type RelayReport, relayReportSchema, type RelayRequest } from './signal-relay-messages.js';

/** It only has to load and to listen: longer than this, and the machine is stuck. */
const startPatienceMs = 20_000;
/** It has nothing to bring to an end but sockets. */
const endPatienceMs = 2_000;

/** A way to livekit-server on which the server can be made to send less. */
export interface ThrottledNetwork {
  /** Where a recorder connects to: `ws://127.0.0.1:port` */
  readonly url: string;
  /**
   * Limits the frames that the server sends to whoever came this way.
   *
   * @param bitsPerSecond 0 lifts the limit
   * @throws PlateauError when the relay has ended
   */
  throttle(bitsPerSecond: number): Promise<void>;
  /** Cuts the connections that came this way. Idempotent. */
  close(): Promise<void>;
}

/** A way on which packets can be lost and late as well: media go through the relay's process. */
export interface ImpairedNetwork extends ThrottledNetwork {
  /**
   * Loses and delays what goes either way, from now on.
   *
   * @throws PlateauError when the relay has ended
   */
  impair(impairment: Impairment): Promise<void>;
}

/** There is only one that it tells. */
function isListening(_report: RelayReport): _report is RelayReport {
  return true;
}

class RelayChild implements ImpairedNetwork {
  readonly #child = new ForkedChild<RelayRequest, RelayReport>({
    entry: new URL('./signal-relay-process.js', import.meta.url),
    subject: 'The relay between the recorder and its server',
    hint: 'Leave the demo room and open it again.',
    reportSchema: relayReportSchema,
    onReport: () => undefined,
  });
  #port = 0;

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  async start(serverPort: number, mediaPort: number | null): Promise<void> {
    const listening = this.#child.waitFor(isListening, startPatienceMs);
    await this.#child.send({ type: 'start', serverPort, mediaPort });
    this.#port = (await listening).port;
  }

  async throttle(bitsPerSecond: number): Promise<void> {
    await this.#child.send({ type: 'throttle', bitsPerSecond });
  }

  async impair(impairment: Impairment): Promise<void> {
    await this.#child.send({ type: 'impair', ...impairment });
  }

  async close(): Promise<void> {
    await this.#child.end([{ ask: () => this.#child.disconnect(), patienceMs: endPatienceMs }]);
  }
}

/**
 * Opens a way to a livekit-server on this machine's loopback that goes through a process of its own. The
 * caller owns it and calls `close`; it ends with this process in any case.
 *
 * @param serverUrl `ws://127.0.0.1:port`
 * @throws PlateauError when the process does not start
 */
export function openThrottledNetwork(serverUrl: string): Promise<ThrottledNetwork> {
  return open(serverUrl, null);
}

/**
 * The same way for media as well, so that packets can be lost and late on it. Whoever joins by it, recorder or
 * publisher, is reached by no other. It costs a few percent of a core, so that only tests and `npm run faults` take it.
 *
 * @param serverUrl `ws://127.0.0.1:port`
 * @param mediaPort the server's UDP port
 * @throws PlateauError when the process does not start
 * @forTests
 */
export function openImpairedNetwork(serverUrl: string, mediaPort: number): Promise<ImpairedNetwork> {
  return open(serverUrl, mediaPort);
}

async function open(serverUrl: string, mediaPort: number | null): Promise<ImpairedNetwork> {
  const network = new RelayChild();
  try {
    await network.start(Number(new URL(serverUrl).port), mediaPort);
    return network;
  } catch (failure) {
    await network.close();
    throw failure;
  }
}
