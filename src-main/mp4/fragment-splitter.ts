import { type BoxHeader, largeBoxHeaderBytes, readBoxHeader } from './boxes.js';

/** Who gets the parts of a growing MP4. Buffers are theirs to keep. */
export interface FragmentEvents {
  /** `ftyp` and `moov`: what every fragment needs to be read. Once. */
  readonly onHead: (head: Buffer) => void;
  /** One `moof` and its `mdat`. @param moofBytes how much of it is the header */
  readonly onFragment: (fragment: Buffer, moofBytes: number) => void;
}

/** What is kept whole; a larger one is not of an encoder of ours. */
const maxKeptBytes = 64 * 1024 * 1024;
const headTypes = new Set(['ftyp', 'moov']);

/**
 * Takes a growing MP4 (`ftyp moov (moof mdat)*`) apart while it is written. Holds one fragment at most. What is not such
 * a file is passed over without a word: {@link FragmentSplitter.isUnderstood} says so.
 */
export class FragmentSplitter {
  readonly #events: FragmentEvents;
  readonly #header = Buffer.alloc(largeBoxHeaderBytes);
  #headerBytes = 0;
  #head: Buffer[] = [];
  #moofBytes = 0;
  /** The head's box or the fragment that is being gathered; null for a box that nobody needs. */
  #kept: Buffer | null = null;
  #keptBytes = 0;
  /** Null between two boxes. */
  #box: { readonly type: string; leftBytes: number } | null = null;
  #isUnderstood = true;

  constructor(events: FragmentEvents) {
    this.#events = events;
  }

  /** False once something has come that is no growing MP4: nothing is told any more. */
  get isUnderstood(): boolean {
    return this.#isUnderstood;
  }

  /** The next bytes of the file; they are copied. Never throws. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && this.#isUnderstood;) {
      at += this.#box === null ? this.#readHeader(bytes, at) : this.#readContent(bytes, at, this.#box);
    }
  }

  #readHeader(bytes: Buffer, at: number): number {
    // Byte by byte: a header may come in two pieces, and there are sixteen at most.
    this.#header[this.#headerBytes] = bytes[at] ?? 0;
    this.#headerBytes += 1;
    const header = readBoxHeader(this.#header.subarray(0, this.#headerBytes));
    if (header !== null) this.#open(header);
    return 1;
  }

  #open({ headerBytes, sizeBytes, type }: BoxHeader): void {
    this.#headerBytes = 0;
    const isWanted = headTypes.has(type) || type === 'moof' || (type === 'mdat' && this.#moofBytes > 0);
    if (sizeBytes < headerBytes || (isWanted && sizeBytes > maxKeptBytes)) {
      this.#giveUp();
      return;
    }
    this.#box = { type, leftBytes: sizeBytes - headerBytes };
    if (isWanted) this.#gather(type, headerBytes, sizeBytes);
    if (this.#box.leftBytes === 0) this.#close(this.#box.type);
  }

  #gather(type: string, headerBytes: number, sizeBytes: number): void {
    const before = type === 'mdat' ? this.#kept : null;
    const kept = Buffer.allocUnsafeSlow((before?.length ?? 0) + sizeBytes);
    before?.copy(kept);
    this.#keptBytes = before?.length ?? 0;
    this.#keptBytes += this.#header.copy(kept, this.#keptBytes, 0, headerBytes);
    this.#kept = kept;
  }

  #readContent(bytes: Buffer, at: number, box: { readonly type: string; leftBytes: number }): number {
    const used = Math.min(box.leftBytes, bytes.length - at);
    // A box that nobody needs may stand between a fragment's header and its content.
    if (this.#kept !== null && this.#keptBytes < this.#kept.length)
      this.#keptBytes += bytes.copy(this.#kept, this.#keptBytes, at, at + used);
    box.leftBytes -= used;
    if (box.leftBytes === 0) this.#close(box.type);
    return used;
  }

  #close(type: string): void {
    this.#box = null;
    const kept = this.#kept;
    if (kept === null) return;
    if (type === 'moof') {
      this.#moofBytes = kept.length;
      return;
    }
    if (type === 'mdat' && this.#moofBytes > 0) {
      this.#events.onFragment(kept, this.#moofBytes);
      this.#moofBytes = 0;
      this.#kept = null;
    } else if (headTypes.has(type)) {
      this.#head.push(kept);
      this.#kept = null;
      if (type === 'moov') this.#events.onHead(Buffer.concat(this.#head));
    }
  }

  #giveUp(): void {
    this.#isUnderstood = false;
    this.#kept = null;
    this.#head = [];
  }
}
