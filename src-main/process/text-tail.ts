/** Lines that are kept: enough for a cause, bounded whatever a program repeats. */
const keptLines = 40;
/** A line longer than this is cut, so that binary rubbish cannot grow memory. */
const maxLineChars = 1_000;

/** Splits a byte stream into lines with a bound on the line length; one per stream. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  /** @param onLine gets each line without its end, cut to 1000 characters */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** The next bytes, as the stream gave them. */
  push(chunk: Buffer | string): void {
    const parts = (this.#rest + chunk.toString()).split(/\r\n|\n|\r/);
    this.#rest = (parts.pop() ?? '').slice(0, maxLineChars);
    for (const part of parts) this.#onLine(part.slice(0, maxLineChars));
  }

  /** The stream has ended: what stands without a line end is a line, too. */
  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }

  /** What came after the last line end. */
  get rest(): string {
    return this.#rest;
  }
}

/**
 * The last lines that a child process printed, enough to say why it failed: at most 40 of 1000 characters.
 * Empty lines are ignored.
 */
export class TextTail {
  readonly #lines: string[] = [];
  readonly #splitter = new LineSplitter((line) => this.add(line));

  /** The next bytes, as the stream gave them. */
  push(chunk: Buffer | string): void {
    this.#splitter.push(chunk);
  }

  /** One whole line, for a stream that somebody else has split. */
  add(line: string): void {
    const text = line.trimEnd();
    if (text === '') return;
    this.#lines.push(text);
    if (this.#lines.length > keptLines) this.#lines.shift();
  }

  /** The whole lines that were kept, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The last line, whole or not; empty as long as nothing was printed. */
  lastLine(): string {
    const rest = this.#splitter.rest.trim();
    return rest === '' ? (this.#lines.at(-1)?.trim() ?? '') : rest;
  }
}
