/** Keeps the last characters of a stream of text: enough to say why a child process failed. */
export class TextTail {
  #text = '';

  constructor(private readonly limitChars: number) {}

  push(chunk: Buffer | string): void {
    this.#text = (this.#text + chunk.toString()).slice(-this.limitChars);
  }

  get text(): string {
    return this.#text;
  }

  lastLine(): string {
    return this.#text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  }
}
