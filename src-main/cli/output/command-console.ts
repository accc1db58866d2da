import type { ErrorReport } from '../../contract/errors.js';
import type { Redactor } from '../options/secrets.js';
import { BoundedOutput } from './bounded-output.js';
import { createPaint, type Paint, wantsColor } from './paint.js';
import { cutToColumns, printable } from './printable.js';

/** Of stdout and of stderr, each. While so much waits, status lines and snapshots are left out. */
const outputCapBytes = 1024 * 1024;
/** A pipe has no width: what a terminal has by tradition. */
const defaultColumns = 80;
const clearBelow = '\u001b[J';

/** Where a command writes, and how. */
export interface ConsoleOptions {
  /** NDJSON on stdout, and what people read on stderr. */
  readonly isJson: boolean;
  readonly redactor: Pick<Redactor, 'json' | 'text'>;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * What a command says: lines for people, a few of them redrawn in place on a terminal, and lines of JSON
 * for programs. Secrets are taken out of everything.
 */
export class CommandConsole {
  readonly isJson: boolean;
  /** Lines can be redrawn in place. */
  readonly isLive: boolean;
  readonly paint: Paint;
  readonly #redactor: ConsoleOptions['redactor'];
  readonly #json: BoundedOutput;
  readonly #people: BoundedOutput;
  readonly #errors: BoundedOutput;
  readonly #stream: NodeJS.WriteStream;
  #liveLines: readonly string[] = [];
  #drawnLines = 0;
  #failing: Promise<void> = Promise.resolve();

  /** Writes to this process's stdout and stderr, and closes neither. */
  constructor(options: ConsoleOptions) {
    this.isJson = options.isJson;
    this.#redactor = options.redactor;
    const stdout = new BoundedOutput(1, outputCapBytes);
    this.#errors = new BoundedOutput(2, outputCapBytes);
    this.#json = stdout;
    this.#people = options.isJson ? this.#errors : stdout;
    this.#stream = options.isJson ? process.stderr : process.stdout;
    this.isLive = this.#stream.isTTY && options.environment['TERM'] !== 'dumb';
    this.paint = createPaint(wantsColor(this.#stream.isTTY, options.environment));
  }

  /** Columns that a line may take; 80 where nobody can say. */
  get columns(): number {
    return this.isLive ? Math.max(20, this.#stream.columns) : defaultColumns;
  }

  /** A line for people; it scrolls above the live lines. */
  say(text = ''): void {
    const line = this.#redactor.text(text);
    if (!this.isLive) {
      this.#people.write(`${line}\n`);
      return;
    }
    this.#people.write(`${this.#eraseLive()}${line}\n${this.#drawLive()}`);
  }

  /** Replaces the lines that are redrawn in place; nothing where lines cannot be redrawn. */
  showLive(lines: readonly string[]): void {
    if (!this.isLive || this.#people.isFull) return;
    const erase = this.#eraseLive();
    this.#liveLines = lines.map((line) => this.#redactor.text(line));
    this.#people.write(erase + this.#drawLive());
  }

  /** A line for programs; without --json there are none. */
  emit(type: string, fields: object): void {
    if (!this.isJson) return;
    // A program that does not keep up misses snapshots, never anything else.
    if (type === 'snapshot' && this.#json.isFull) return;
    this.#json.write(`${this.#redactor.json({ type, ...fields })}\n`);
  }

  /** One sentence and what to do about it. */
  fail(error: ErrorReport, others: readonly ErrorReport[] = []): void {
    const erase = this.isLive ? this.#eraseLive() : '';
    this.#liveLines = [];
    const label = this.paint.bad('error:');
    const text =
      others.length === 0
        ? `${label} ${printable(error.message)}\n${this.paint.faint('hint:')}  ${printable(error.hint)}`
        : [error, ...others]
            .map(({ message, hint }) => `${label} ${printable(message)} ${printable(hint)}`)
            .join('\n');
    // Both may be the same terminal: what was said before has to stand before it.
    this.#failing = this.#people.flush().then(() => {
      this.#errors.write(`${erase}${this.#redactor.text(text)}\n`);
    });
  }

  /** For a process that ends at once. */
  sayNow(text: string, json: object | null): void {
    const target = this.isJson ? this.#errors : this.#people;
    target.writeNow(`${this.#eraseLive()}${this.#redactor.text(text)}\n`);
    if (this.isJson && json !== null) this.#json.writeNow(`${this.#redactor.json(json)}\n`);
  }

  /** Resolves when everything so far is written, or its reader is gone. Called before the process ends. */
  async flush(): Promise<void> {
    await this.#failing;
    await Promise.all([this.#json.flush(), this.#errors.flush()]);
  }

  #eraseLive(): string {
    if (this.#drawnLines === 0) return '';
    const erase = `${this.#drawnLines > 1 ? `\u001b[${this.#drawnLines - 1}A` : ''}\r${clearBelow}`;
    this.#drawnLines = 0;
    return erase;
  }

  #drawLive(): string {
    this.#drawnLines = this.#liveLines.length;
    return this.#liveLines.join('\n');
  }
}

/** Cuts a line to the terminal, before it is colored. */
export function fitted(text: string, columns: number): string {
  // The last column stays free: a full line makes some terminals wrap.
  return cutToColumns(printable(text), columns - 1);
}
