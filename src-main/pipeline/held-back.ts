/** What of a track has come when WebRTC was asked. Its times are milliseconds of WebRTC's clock. */
export interface ArrivalCount {
  /** When it was asked, in microseconds of the monotonic clock; {@link ArrivalCount.readAtMs} is the same moment. */
  readonly askedAtUs: number;
  readonly readAtMs: number;
  /** When the last packet came; 0 before the first. */
  readonly lastPacketAtMs: number;
  /** Packets of audio, or frames of video. */
  readonly received: number;
  /** How much time one of them fills, at least, in milliseconds. */
  readonly unitMs: number;
}

/** Who has sent nothing for so long is asked often: packets of a voice are 20 ms apart, and of silence 400 ms. Milliseconds. */
const quietFromMs = 450;
/** Who has sent nothing for so long has left, or is muted: nothing of it is held back. */
const quietToMs = 30_000;
/** A stall is as long as somebody saw it last: that is up to a quarter of a second before it ended. Milliseconds. */
const leastStallMs = 750;
/** So much more than passes is to come behind it, in milliseconds: less waits in a jitter buffer without being out of place. */
const leastHeldMs = 500;
/** So much more shows that a track was held back of which that is known by another one of its sender. Milliseconds. */
const leastOwnMs = 150;
/** What was held back comes at once, or within this time. Losses are counted less often meanwhile, and no gap of theirs may be passed over. */
const burstMs = 750;

/** Behind a standstill of this process everything comes late and at once, for which there is another remedy. Microseconds. */
const ownStandstillUs = 10_000_000;

/** A time in which nothing came, and that is over. */
interface Stall {
  /** When the last packet came before it, in microseconds of the monotonic clock. */
  readonly sinceUs: number;
  /** When it was seen last that nothing came. */
  readonly seenAtMs: number;
  readonly received: number;
}

/**
 * Notices that what a track has sent was held back and then delivered at once: a server, a line or a publisher stood still. WebRTC
 * has filled its place with concealment by then. It plays out late what has waited, and is late for ten seconds and more; of
 * video it mistakes it for a jitter that needs a longer buffer. A sender that pauses is no such thing: what comes behind a
 * pause is not more than time passes.
 */
export class HeldBack {
  #last: ArrivalCount | null = null;
  #stall: Stall | null = null;
  #sinceUs: number | null = null;
  #isOwn = false;
  #deafUntilUs = -Infinity;

  /**
   * Since when what comes is out of time: when the last packet came that was not held back, in microseconds of the monotonic clock.
   * Null while nothing is out of time, as it is again with a fresh stream.
   */
  get sinceUs(): number | null {
    return this.#sinceUs;
  }

  /** More of this very track came at once than a sender sends that has paused. */
  get isOwn(): boolean {
    return this.#sinceUs !== null && this.#isOwn;
  }

  /** Nothing comes at the moment, and did until lately: what follows is worth knowing soon. */
  get isQuiet(): boolean {
    const last = this.#last;
    if (last === null || last.lastPacketAtMs <= 0) return false;
    const quietMs = last.readAtMs - last.lastPacketAtMs;
    return (quietMs >= quietFromMs && quietMs < quietToMs) || this.#stall !== null;
  }

  /** A stall has ended a moment ago: it is not known yet whether what was lost in it is all, or was held back. */
  get hasStalled(): boolean {
    return this.#stall !== null;
  }

  /** What comes with another track of the same sender was held back: so was what comes with this one. */
  join(): void {
    this.#sinceUs ??= this.#stall?.sinceUs ?? null;
  }

  /** What comes of several senders was held back at once: by a line or a server, and none of them has paused. */
  joinEverybody(): void {
    this.join();
    this.#isOwn = true;
  }

  /** This process stood still: what comes late for some time was held back by nobody else. @param nowUs of the monotonic clock */
  stoodStill(nowUs: number): void {
    this.#deafUntilUs = nowUs + ownStandstillUs;
    this.restart();
  }

  /** A fresh stream follows; or what is out of time is left to WebRTC. */
  restart(): void {
    this.#last = null;
    this.#stall = null;
    this.#sinceUs = null;
    this.#isOwn = false;
  }

  /** Takes what has come by now. */
  read(count: ArrivalCount): void {
    if (count.askedAtUs < this.#deafUntilUs) return;
    const last = this.#last;
    this.#last = count;
    if (last === null || count.received < last.received || last.lastPacketAtMs <= 0) return;
    if (count.received > last.received) {
      const stallMs = last.readAtMs - last.lastPacketAtMs;
      if (stallMs >= leastStallMs && stallMs < quietToMs) {
        this.#stall = stallOf(last, stallMs);
        this.#isOwn = false;
      }
    }
    const stall = this.#stall;
    if (stall === null) return;
    const passedMs = count.readAtMs - stall.seenAtMs;
    const cameMs = (count.received - stall.received) * count.unitMs;
    this.#isOwn ||= cameMs - passedMs >= leastOwnMs;
    if (cameMs - passedMs >= leastHeldMs) this.join();
    if (passedMs >= burstMs) this.#stall = null;
  }
}

function stallOf({ askedAtUs, readAtMs, received }: ArrivalCount, stallMs: number): Stall {
  return { sinceUs: askedAtUs - stallMs * 1000, seenAtMs: readAtMs, received };
}
