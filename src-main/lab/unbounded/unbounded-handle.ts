import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PlateauError } from '../../contract/errors.js';
import type { UnboundedStopReason } from '../../contract/unbounded.js';
import { rssBytesOf } from '../../telemetry/process-memory.js';
import { childEnd } from '../../process/child-lifetime.js';
import { TextTail } from '../../process/text-tail.js';
import { reasonToStop } from './safety-stop.js';
import {
  unboundedReportSchema,
  type Impairments,
  type UnboundedFigures,
  type UnboundedReport,
  type UnboundedRequest,
} from './unbounded-messages.js';

const checkEveryMs = 200;

export type UnboundedStart = Extract<UnboundedRequest, { type: 'start' }>;

/** How the process ended. */
export interface UnboundedEnd {
  readonly reason: UnboundedStopReason;
  /** Of a failure; empty otherwise. */
  readonly message: string;
}

/**
 * The parent's end of the process without caps. It ends the process when its memory reaches the limit, when it
 * tells nothing any more, and after its time, whatever the process itself makes of it: a process whose event
 * loop cannot keep up may not look after itself.
 */
export class UnboundedHandle {
  readonly #child: ChildProcess;
  readonly #errorText = new TextTail(4_096);
  readonly #onFigures: (figures: UnboundedFigures) => void;
  readonly #ended: Promise<UnboundedEnd>;
  #encoderPids: readonly number[] = [];
  #silentChecks = 0;
  #reason: UnboundedEnd | null = null;
  #checks: NodeJS.Timeout | null = null;
  #latest: UnboundedFigures | null = null;

  /** @param onFigures called twice a second, and with each reading of the process's memory */
  constructor(onFigures: (figures: UnboundedFigures) => void) {
    this.#onFigures = onFigures;
    this.#child = fork(fileURLToPath(new URL('./unbounded-process.js', import.meta.url)), [], {
      // rtc-node logs JSON lines to stdout: nobody reads them here, and in production they are fewer.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      // Ctrl-C in the terminal ends the take first; the process ends with the IPC channel.
      detached: true,
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#errorText.push(chunk));
    this.#child.on('error', () => undefined);
    this.#ended = this.#untilEnd();
  }

  /** Resolves when the process is gone and none of its encoders is left. */
  get ended(): Promise<UnboundedEnd> {
    return this.#ended;
  }

  /**
   * Starts recording; resolves when the process is in the room.
   *
   * @throws PlateauError when it could not join, or ended before
   */
  async start(request: UnboundedStart): Promise<void> {
    const startedAtMs = performance.now();
    const { stopAtBytes, endsAfterMs } = request;
    this.#checks = setInterval(() => {
      this.#silentChecks += 1;
      const rssBytes = this.#readRss();
      const elapsedMs = performance.now() - startedAtMs;
      const silentChecks = this.#latest === null ? 0 : this.#silentChecks;
      const reason = reasonToStop({ rssBytes, stopAtBytes, silentChecks, elapsedMs, endsAfterMs });
      if (reason !== null) void this.stop(reason);
    }, checkEveryMs);
    const joined = new Promise<void>((resolve) => {
      this.#child.on('message', (message) => {
        const report = unboundedReportSchema.parse(message);
        if (report.type === 'ready') this.#child.send(request);
        if (report.type === 'joined') resolve();
        this.#receive(report);
      });
    });
    const end = await Promise.race([joined, this.#ended]);
    if (end === undefined) return;
    throw new PlateauError(
      'internal',
      `The recorder without caps could not be started${end.message === '' ? '' : `: ${end.message}`}.`,
      'The take is not affected. Try again.',
    );
  }

  /** Shares the take's trouble. */
  applyImpairments(impairments: Impairments): void {
    if (this.#child.connected)
      this.#child.send({ type: 'applyImpairments', impairments } satisfies UnboundedRequest, () => undefined);
  }

  /** Ends the process at once; its files are not kept, and there is nothing to end properly. */
  async stop(reason: UnboundedStopReason): Promise<UnboundedEnd> {
    this.#reason ??= { reason, message: '' };
    this.#child.kill('SIGKILL');
    return this.#ended;
  }

  async #untilEnd(): Promise<UnboundedEnd> {
    await new Promise<void>((resolve) => {
      void childEnd(this.#child).then(resolve);
      this.#child.once('error', () => resolve());
    });
    if (this.#checks !== null) clearInterval(this.#checks);
    // ffmpeg ends with its input, unless it stands still.
    for (const pid of this.#encoderPids) killIfAlive(pid);
    return this.#reason ?? { reason: 'failed', message: this.#errorText.lastLine() };
  }

  #receive(report: UnboundedReport): void {
    this.#silentChecks = 0;
    if (report.type === 'ending') {
      this.#reason ??= { reason: report.reason, message: report.message };
    } else if (report.type === 'figures') {
      this.#latest = report.figures;
      this.#encoderPids = report.encoderPids;
      this.#onFigures(report.figures);
    }
  }

  /** The larger of what can be read of the process (on Linux) and what it told. */
  #readRss(): number {
    const toldBytes = this.#latest?.rssBytes ?? 0;
    const { pid } = this.#child;
    const readBytes = pid === undefined ? null : rssBytesOf(pid);
    if (readBytes === null) return toldBytes;
    if (this.#latest !== null) this.#onFigures({ ...this.#latest, rssBytes: readBytes });
    return Math.max(readBytes, toldBytes);
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already, as it should.
  }
}
