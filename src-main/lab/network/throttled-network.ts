import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { PlateauError } from '../../contract/errors.js';
import { childEnd, endsWithin } from '../../process/child-lifetime.js';
import { type RelayRequest, relayReportSchema } from './signal-relay-messages.js';
import { TextTail } from '../../process/text-tail.js';

const stopPatienceMs = 2_000;

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

class RelayChild implements ThrottledNetwork {
  readonly #child: ChildProcess;
  readonly #errorText = new TextTail(4_096);
  #port = 0;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./signal-relay-process.js', import.meta.url)), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      // Ctrl-C in the terminal ends the take, which still needs its room; the process ends with the channel.
      detached: true,
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#errorText.push(chunk));
    // An end without a start: whoever asks for something is told.
    this.#child.on('error', () => undefined);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  async start(serverPort: number): Promise<void> {
    await this.#send({ type: 'start', serverPort });
    const ended = childEnd(this.#child).then(() => {
      throw this.#endFailure();
    });
    const [report] = (await Promise.race([once(this.#child, 'message'), ended])) as unknown[];
    this.#port = relayReportSchema.parse(report).port;
  }

  async throttle(bitsPerSecond: number): Promise<void> {
    await this.#send({ type: 'throttle', bitsPerSecond });
  }

  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.pid === undefined || (await endsWithin(this.#child, stopPatienceMs))) return;
    this.#child.kill('SIGKILL');
    await childEnd(this.#child);
  }

  #send(request: RelayRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) {
        reject(this.#endFailure());
        return;
      }
      this.#child.send(request, (error) => {
        if (error === null) resolve();
        else reject(this.#endFailure(error));
      });
    });
  }

  #endFailure(cause?: unknown): PlateauError {
    const lastLine = this.#errorText.lastLine();
    return new PlateauError(
      'internal',
      `The relay between the recorder and its server has ended${lastLine === '' ? '' : `: ${lastLine}`}.`,
      'Leave the demo room and open it again.',
      { cause },
    );
  }
}

/**
 * Opens a way to a livekit-server on this machine's loopback that goes through a process of its own. The
 * caller owns it and calls `close`; it ends with this process in any case.
 *
 * @param serverUrl `ws://127.0.0.1:port`
 * @throws PlateauError when the process does not start
 */
export async function openThrottledNetwork(serverUrl: string): Promise<ThrottledNetwork> {
  const network = new RelayChild();
  try {
    await network.start(Number(new URL(serverUrl).port));
    return network;
  } catch (failure) {
    await network.close();
    throw failure;
  }
}
