import { randomBytes } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Sizes and bits of a frame's head: RFC 6455, section 5.2. */
const headBytes = 2;
const maskBytes = 4;
const finBit = 0x80;
const maskedBit = 0x80;
const controlBit = 0x08;
const binaryOpcode = 0x02;
const lengthBits = 0x7f;
/** These lengths say that the real one follows, in 2 or 8 bytes. */
const lengthIn2Bytes = 126;
const lengthIn8Bytes = 127;
const maxHeadBytes = headBytes + 8 + maskBytes;

/** A whole binary message of a client: one frame, masked as clients have to. @throws TypeError above 125 bytes */
export function clientMessage(payload: Uint8Array): Buffer {
  if (payload.length >= lengthIn2Bytes) throw new TypeError('Only short messages are sent this way.');
  const mask = randomBytes(maskBytes);
  const masked = payload.map((byte, position) => byte ^ (mask[position % maskBytes] ?? 0));
  return Buffer.concat([Buffer.from([finBit | binaryOpcode, maskedBit | payload.length]), mask, masked]);
}

/**
 * What a WebSocket client sends, passed on byte for byte; between two of its messages one of ours can be put
 * in. Nothing is held back but our own messages while a message of the client is on its way.
 */
export class ClientFrames extends Transform {
  readonly #onFirstMessage: () => void;
  readonly #head = Buffer.alloc(maxHeadBytes);
  readonly #waiting: Buffer[] = [];
  #headLength = 0;
  #payloadLeft = 0;
  #isWithinFragments = false;
  #areFrames = false;
  #hadMessage = false;

  /** @param onFirstMessage the client has sent a whole message: the server takes ours from now on */
  constructor(onFirstMessage: () => void) {
    super();
    this.#onFirstMessage = onFirstMessage;
  }

  /** The client has sent a whole message. */
  get hadMessage(): boolean {
    return this.#hadMessage;
  }

  /** The server has agreed to the upgrade: what comes from now on are frames. */
  beginFrames(): void {
    this.#areFrames = true;
  }

  /** Sends a message made by {@link clientMessage}, as soon as none of the client's is on its way. */
  insert(message: Buffer): void {
    if (this.#isBetweenMessages()) this.push(message);
    else this.#waiting.push(message);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let passed = 0;
    let position = 0;
    while (this.#areFrames && position < chunk.length) {
      position = this.#follow(chunk, position);
      if (!this.#isBetweenMessages()) continue;
      const isFirst = !this.#hadMessage;
      this.#hadMessage = true;
      if (!isFirst && this.#waiting.length === 0) continue;
      this.push(chunk.subarray(passed, position));
      passed = position;
      for (const message of this.#waiting.splice(0)) this.push(message);
      if (isFirst) this.#onFirstMessage();
    }
    if (passed < chunk.length) this.push(passed === 0 ? chunk : chunk.subarray(passed));
    done();
  }

  #isBetweenMessages(): boolean {
    return this.#headLength === 0 && this.#payloadLeft === 0 && !this.#isWithinFragments;
  }

  /** Takes a part of a head or of a payload. @returns where the next part begins */
  #follow(chunk: Buffer, from: number): number {
    if (this.#payloadLeft > 0) {
      const taken = Math.min(this.#payloadLeft, chunk.length - from);
      this.#payloadLeft -= taken;
      return from + taken;
    }
    this.#head[this.#headLength] = chunk[from] ?? 0;
    this.#headLength += 1;
    if (this.#headLength === this.#wholeHeadLength()) this.#headEnded();
    return from + 1;
  }

  #wholeHeadLength(): number {
    if (this.#headLength < headBytes) return headBytes;
    const second = this.#head[1] ?? 0;
    const length = second & lengthBits;
    const extended = length === lengthIn2Bytes ? 2 : length === lengthIn8Bytes ? 8 : 0;
    return headBytes + extended + ((second & maskedBit) === 0 ? 0 : maskBytes);
  }

  #headEnded(): void {
    const [first = 0, second = 0] = this.#head;
    const length = second & lengthBits;
    if (length === lengthIn2Bytes) this.#payloadLeft = this.#head.readUInt16BE(headBytes);
    else if (length === lengthIn8Bytes) this.#payloadLeft = Number(this.#head.readBigUInt64BE(headBytes));
    else this.#payloadLeft = length;
    // Control frames may stand between the fragments of a message, and end none.
    if ((first & controlBit) === 0) this.#isWithinFragments = (first & finBit) === 0;
    this.#headLength = 0;
  }
}
