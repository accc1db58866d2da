import type { RecorderEvent, Snapshot } from '../../contract/snapshot.js';
import { formatBytes } from '../../format/bytes.js';
import { checkText } from '../../format/check-text.js';
import { formatPercent, formatQuantity } from '../../format/number.js';
import { formatTimecode } from '../../format/time.js';
import type { Recorder } from '../../recorder/recorder.js';
import { budgetTable } from '../output/budget-table.js';
import { type CommandConsole, fitted } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { liveStatus, plainStatus } from '../output/status-lines.js';

/** Without a terminal the status goes into a log: six lines a minute can be read, and a day is 8,640. */
const plainStatusEveryMs = 10_000;
/** The recorder's clock ticks five times a second: a little tolerance keeps every fifth. */
const jsonSnapshotEveryMs = 950;
/** A log has a line at each quarter, not at each percent. */
const plainProgressSteps = 4;

/** Shows a recorder on a console: its events, its status, its budget, how far finalizing and checking have come. */
export class RecorderStatusPrinter {
  readonly #console: CommandConsole;
  readonly #recorder: Recorder;
  readonly #onSnapshot: (snapshot: Snapshot) => void;
  #plainDueAtMs = plainStatusEveryMs;
  #lastJsonAtMs = -Infinity;
  #budgetBytes: number | null = null;
  #progressStep = 0;
  #checkStep = 0;

  /** @param onSnapshot sees every snapshot, five a second */
  constructor(
    recorder: Recorder,
    console: CommandConsole,
    onSnapshot: (snapshot: Snapshot) => void = () => undefined,
  ) {
    this.#recorder = recorder;
    this.#console = console;
    this.#onSnapshot = onSnapshot;
    recorder.on('event', this.#tellEvent);
    recorder.on('snapshot', this.#show);
    recorder.on('progress', this.#showProgress);
    recorder.on('checks', this.#showCheck);
  }

  /**
   * Takes the redrawn lines away and shows nothing any more: leaving the room ends every track, and nobody needs to read
   * that after the summary.
   */
  close(): void {
    this.#recorder.off('event', this.#tellEvent);
    this.#recorder.off('snapshot', this.#show);
    this.#recorder.off('progress', this.#showProgress);
    this.#recorder.off('checks', this.#showCheck);
    this.#console.showLive([]);
  }

  get #paint(): CommandConsole['paint'] {
    return this.#console.paint;
  }

  readonly #tellEvent = (event: RecorderEvent): void => {
    this.#console.emit('event', event);
    const mark = { info: '', warning: this.#paint.warning('warning: '), error: this.#paint.bad('error: ') };
    const at = event.takeMs === null ? '' : this.#paint.faint(`${formatTimecode(event.takeMs)} `);
    const { identity, message } = event;
    const who = identity === null || message.includes(identity) ? '' : ` (${identity})`;
    this.#console.say(`${at}${mark[event.level]}${printable(`${message}${who}`)}`);
  };

  readonly #show = (snapshot: Snapshot): void => {
    this.#onSnapshot(snapshot);
    const nowMs = performance.now();
    if (nowMs - this.#lastJsonAtMs >= jsonSnapshotEveryMs) {
      this.#lastJsonAtMs = nowMs;
      this.#console.emit('snapshot', snapshot);
    }
    if (snapshot.state !== 'recording' || snapshot.takeMs === null) return;
    this.#showBudget(snapshot);
    if (this.#console.isLive) {
      this.#console.showLive(liveStatus(snapshot, this.#console.columns, this.#paint));
    } else if (snapshot.takeMs >= this.#plainDueAtMs) {
      this.#plainDueAtMs += plainStatusEveryMs;
      this.#console.say(printable(plainStatus(snapshot)));
    }
  };

  /** In full at the start, and one line whenever somebody comes and changes it. */
  #showBudget(snapshot: Snapshot): void {
    const { budgetBytes } = snapshot.memory;
    const budget = this.#recorder.budget;
    // Before the first track there is nothing to hold, and no budget to speak of.
    if (snapshot.sinks.length === 0) return;
    if (budgetBytes === null || budget === null || budgetBytes === this.#budgetBytes) return;
    if (this.#budgetBytes === null) {
      for (const line of budgetTable(budget)) this.#console.say(line);
    } else {
      this.#console.say(
        `Memory budget is now ${formatBytes(budgetBytes)} for ${formatQuantity(snapshot.sinks.filter(({ isRecording }) => isRecording).length, 'open file')}`,
      );
    }
    this.#console.emit('budget', budget);
    this.#budgetBytes = budgetBytes;
  }

  readonly #showProgress = (fraction: number): void => {
    this.#console.emit('progress', { fraction });
    const text = `Finalizing ${formatPercent(fraction)}`;
    if (this.#console.isLive) {
      this.#console.showLive([
        fitted(`${text}  (Ctrl-C again ends at once; fragmented files play)`, this.#console.columns),
      ]);
      return;
    }
    const step = Math.floor(fraction * plainProgressSteps);
    if (step <= this.#progressStep) return;
    this.#progressStep = step;
    this.#console.say(text);
  };

  readonly #showCheck = (): void => {
    const check = this.#recorder.checks.list.at(-1);
    // A replay that is checked beside the take: the take's figures stay.
    if (check === undefined || check.files === 0 || this.#recorder.state === 'recording') return;
    const { checked, files, fraction } = check;
    this.#console.emit('checking', { checked, files, fraction });
    const text = `${checkText(check)}, ${formatPercent(fraction)}`;
    if (this.#console.isLive) {
      this.#console.showLive([
        fitted(`${text}  (the files play; Ctrl-C again leaves them unchecked)`, this.#console.columns),
      ]);
      return;
    }
    const step = Math.floor(fraction * plainProgressSteps);
    if (step <= this.#checkStep) return;
    this.#checkStep = step;
    this.#console.say(text);
  };
}
