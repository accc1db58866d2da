import { ExtendedNumber } from './extended-number.js';
import { receiveCaps } from './receive-caps.js';

/**
 * As the draft named below says in its section 3.1: RTCP counts words of 32 bits, the head ends before the first chunk,
 * then type and format.
 */
const wordBytes = 4;
const headBytes = 20;
const kind = 205;
const format = 15;
/** The draft's units: of the time between two arrivals, and of the reference time that a message begins from. */
const tickUs = 250;
const referenceUs = 64_000;
/** Of one message. A count of packets has 16 bits; so many fit into a datagram whatever their times are. */
const mostStatuses = 400;
/** How far behind the last message one that comes late is still told. */
const lookBack = 500;

/**
 * Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): when each packet of
 * the transport came, whatever stream it belongs to. Numbers wrap; what is told once as missing is told again when it
 * comes late.
 */
export class TransportFeedback {
  readonly #sequence = new ExtendedNumber(16);
  readonly #arrivalsUs = new Map<number, number>();
  /** The next one that has not been told; null when all have. */
  #next: number | null = null;
  #count = 0;

  /** Notes that a packet of the transport came. @param nowUs microseconds of a monotonic clock */
  packet(sequenceNumber: number, nowUs: number): void {
    const before = this.#sequence.highest;
    const sequence = this.#sequence.extend(sequenceNumber);
    if (this.#arrivalsUs.has(sequence) || sequence < (before ?? 0) - lookBack) return;
    // Without a message in between, the oldest is forgotten.
    if (this.#arrivalsUs.size >= receiveCaps.feedbackArrivals) this.#forget(sequence - lookBack);
    this.#arrivalsUs.set(sequence, nowUs);
    const unheard = this.#next ?? (before === null ? sequence : before + 1);
    // Late, and told as missing: told again.
    this.#next = Math.min(unheard, sequence);
    if (sequence - this.#next > receiveCaps.feedbackArrivals) this.#next = sequence;
  }

  /** How many arrivals are remembered. */
  get size(): number {
    return this.#arrivalsUs.size;
  }

  /**
   * One message about what came since the last one, or null when there is nothing to tell. Call it until it is null.
   *
   * @param sender our SSRC
   * @param media the SSRC of any stream of the transport
   */
  message(sender: number, media: number): Buffer | null {
    const { highest } = this.#sequence;
    if (highest === null || this.#next === null) return null;
    const first = this.#next;
    const statuses: number[] = [];
    const deltas: number[] = [];
    let referenceTicks: number | null = null;
    let clockUs = 0;
    let sequence = first;
    for (; sequence <= highest && statuses.length < mostStatuses; sequence += 1) {
      const arrivalUs = this.#arrivalsUs.get(sequence);
      if (arrivalUs === undefined) {
        statuses.push(0);
        continue;
      }
      if (referenceTicks === null) {
        referenceTicks = Math.floor(arrivalUs / referenceUs);
        clockUs = referenceTicks * referenceUs;
      }
      const ticks = Math.round((arrivalUs - clockUs) / tickUs);
      // Eight seconds without a packet do not fit: the rest gets a message with a reference of its own.
      if (ticks > 0x7fff || ticks < -0x8000) break;
      clockUs += ticks * tickUs;
      statuses.push(ticks >= 0 && ticks <= 0xff ? 1 : 2);
      deltas.push(ticks);
    }
    this.#next = sequence > highest ? null : sequence;
    this.#forget((this.#next ?? highest) - lookBack);
    if (referenceTicks === null) return null;
    this.#count += 1;
    return encode({ sender, media, first, statuses, deltas, referenceTicks, count: this.#count - 1 });
  }

  #forget(before: number): void {
    for (const sequence of this.#arrivalsUs.keys()) {
      if (sequence < before) this.#arrivalsUs.delete(sequence);
    }
  }
}

interface Feedback {
  readonly sender: number;
  readonly media: number;
  readonly first: number;
  /** 0 not received, 1 a small delta, 2 a large or negative one. */
  readonly statuses: readonly number[];
  /** Of those received, in 250 us. */
  readonly deltas: readonly number[];
  readonly referenceTicks: number;
  readonly count: number;
}

/** Seven statuses of two bits in each chunk. */
const statusesInChunk = 7;
/** The two bits that say that this is such a chunk (section 3.1.4 of the draft). */
const twoBitVector = 0xc000;

function encode({ sender, media, first, statuses, deltas, referenceTicks, count }: Feedback): Buffer {
  const chunks = Math.ceil(statuses.length / statusesInChunk);
  const deltaBytes = statuses.reduce((sum, status) => sum + status, 0);
  const bytes = headBytes + 2 * chunks + deltaBytes;
  const padding = (wordBytes - (bytes % wordBytes)) % wordBytes;
  const packet = Buffer.alloc(bytes + padding);
  packet.writeUInt8(0x80 | (padding > 0 ? 0x20 : 0) | format, 0);
  packet.writeUInt8(kind, 1);
  packet.writeUInt16BE(packet.length / wordBytes - 1, 2);
  packet.writeUInt32BE(sender, 4);
  packet.writeUInt32BE(media, 8);
  packet.writeUInt16BE(first % 0x1_0000, 12);
  packet.writeUInt16BE(statuses.length, 14);
  packet.writeUIntBE(referenceTicks % 0x100_0000, 16, 3);
  packet.writeUInt8(count % 0x100, 19);
  let offset = headBytes;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    let bits = twoBitVector;
    for (let place = 0; place < statusesInChunk; place += 1) {
      bits |= (statuses[chunk * statusesInChunk + place] ?? 0) << (12 - 2 * place);
    }
    packet.writeUInt16BE(bits, offset);
    offset += 2;
  }
  for (const ticks of deltas) {
    if (ticks >= 0 && ticks <= 0xff) offset = packet.writeUInt8(ticks, offset);
    else offset = packet.writeInt16BE(ticks, offset);
  }
  if (padding > 0) packet.writeUInt8(padding, packet.length - 1);
  return packet;
}
