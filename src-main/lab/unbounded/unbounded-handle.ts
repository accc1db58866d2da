import { PlateauError } from '../../contract/errors.js';
import type { UnboundedStopReason } from '../../contract/unbounded.js';
import { ForkedChild } from '../../process/forked-child.js';
import { rssBytesOf } from '../../telemetry/process-memory.js';
import { reasonToStop } from './safety-stop.js';
import {
  type Impairments,
  type UnboundedFigures,
  type UnboundedReport,
  unboundedReportSchema,
  type UnboundedRequest,
} from './unbounded-messages.js';

/** Five times a second: what grows by 200 MB a second overshoots its stop by 40 MB. */
const checkEveryMs = 200;

/** What the process is started with. */
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
  readonly #child: ForkedChild<UnboundedRequest, UnboundedReport>;
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
    this.#child = new ForkedChild({
      entry: new URL('./unbounded-process.js', import.meta.url),
      subject: 'The recorder without caps',
      hint: 'The take is not affected. Try again.',
      reportSchema: unboundedReportSchema,
      onReport: (report) => this.#receive(report),
      // In production rtc-node logs less.
      environment: { NODE_ENV: 'production' },
    });
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
    try {
      // Without a deadline of their own: the checks above end a process that does not come on.
      await this.#child.waitFor(isReport('ready'), null);
      const joined = this.#child.waitFor(isReport('joined'), null);
      await this.#child.send(request);
      await joined;
    } catch (cause) {
      const { message } = await this.#ended;
      throw new PlateauError(
        'internal',
        `The recorder without caps could not be started${message === '' ? '' : `: ${message}`}.`,
        'The take is not affected. Try again.',
        { cause },
      );
    }
  }

  /** Shares the take's trouble. */
  applyImpairments(impairments: Impairments): void {
    // One that is gone has no trouble any more.
    this.#child.send({ type: 'applyImpairments', impairments }).catch(() => undefined);
  }

  /** Ends the process at once; its files are not kept, and there is nothing to end properly. */
  async stop(reason: UnboundedStopReason): Promise<UnboundedEnd> {
    this.#reason ??= { reason, message: '' };
    await this.#child.kill();
    return this.#ended;
  }

  async #untilEnd(): Promise<UnboundedEnd> {
    await this.#child.ended;
    if (this.#checks !== null) clearInterval(this.#checks);
    // ffmpeg ends with its input, unless it stands still.
    for (const pid of this.#encoderPids) killIfAlive(pid);
    return this.#reason ?? { reason: 'failed', message: this.#child.lastErrorLine };
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

function isReport<Type extends UnboundedReport['type']>(
  type: Type,
): (report: UnboundedReport) => report is Extract<UnboundedReport, { type: Type }> {
  return (report): report is Extract<UnboundedReport, { type: Type }> => report.type === type;
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already, as it should.
  }
}
