/** When packets of one audio track came, and how many by then. Times are milliseconds of one clock. */
export interface PacketArrivals {
  /** When WebRTC was asked. */
  readonly readAtMs: number;
  /** When the last packet came; 0 before the first. */
  readonly lastPacketAtMs: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Came too late to be played. */
  readonly packetsDiscarded: number;
  /** What the server has sent, by its last sender report; null before the first. */
  readonly report: { readonly atMs: number; readonly packetsSent: number } | null;
}

/** What the server says of the way that the track takes to it. */
export interface ConnectionWitness {
  /** How often it has got worse. */
  readonly falls: number;
  readonly isPoor: boolean;
}

/** A stretch without packets that were sent. Milliseconds on the take's timeline. */
export interface PacketGap {
  readonly fromMs: number;
  readonly durationMs: number;
  /** Packets came, and no key fits them. */
  readonly hasArrived?: boolean;
}

/** A gap that ended, until it is known whether packets were lost in it. */
interface Doubt extends PacketGap {
  readonly endedAtMs: number;
  /** Somebody looked while it lasted, and it is longer than silence that is not transmitted can be. */
  readonly isSeen: boolean;
  /** Sound followed it without a pause, and no silence that is not transmitted; null until there is another reading. */
  isFollowed: boolean | null;
  readonly packets: number;
  /** Before it: how often the connection had got worse, packets that were too late, and those that had not come. */
  readonly falls: number;
  readonly discarded: number;
  readonly underway: number | null;
}

/** Of Opus, milliseconds: all but those that are shorter than what WebRTC plays at once. */
const packetLengths = [10, 20, 40, 60, 80, 100, 120] as const;
/** Taken where too few came to measure it: what most senders use, libwebrtc among them. */
const usualPacketMs = 20;
/** Fewer in one reading say nothing of their length: silence that is not transmitted has two or three. */
const leastToMeasure = 4;
/** WebRTC counts what is lost up to 50 packets at once; from there on it takes the next one for a new beginning. */
const leastPackets = 45;
/** Silence that is not transmitted is a packet each 400 ms (libopus, `DTX`): a longer one is none. */
const leastSeenMs = 480;
/** The same, where nobody looked meanwhile: two such packets may be a reading apart. */
const leastMissingMs = 850;
/** The server calls whoever sends nothing in its five seconds poor, whether or not anything was lost. */
const dryMs = 4_500;
/** Such a one is called good again within ten seconds, unless packets were lost. */
const dryRecoveredMs = 10_500;
/** Every five seconds the server looks at packets, and every five seconds it tells. */
const verdictMs = 12_000;
/** So many of the missing packets have to be among those that the server sent, or that came too late. */
const witnessShare = 0.5;
/** A reading so much later than the one before: this process stood still, which is told by itself. */
const standstillMs = 1_500;
/** Gaps in doubt at the same time. */
const maxDoubts = 20;

/**
 * Finds packets that were lost in such a number at once that WebRTC does not count them: it takes what follows for a new
 * beginning, and the same silence stands in the file as for a sender that pauses. When the last packet came tells how long
 * nothing did. That something was sent meanwhile takes a witness: the server has sent more than has come, its opinion of
 * the publisher's connection gets worse, or packets come too late to be played. Silence that is not transmitted, a
 * microphone that is muted and a sender that stops have none.
 */
export class PacketGaps {
  #last: PacketArrivals | null = null;
  /** When it came, on the take's timeline. */
  #lastTakeMs = 0;
  #readAtMs = 0;
  /** How much of the time between the last two packets of readings was filled. */
  #isDense = false;
  /** For how long nothing had come, when somebody last looked. */
  #seenMs = 0;
  #falls = 0;
  #underway: number | null = null;
  readonly #lengths = packetLengths.map(() => 0);
  #doubts: Doubt[] = [];
  readonly #found: PacketGap[] = [];
  #lostMs = 0;
  /** Nobody has spoken for a gap in time: this sender pauses without being muted, as agents do between two sentences. */
  #hasPaused = false;

  /** Lost so far, in milliseconds. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /** Every gap that began before then is decided, on the take's timeline; Infinity where nothing need come. */
  get decidedToMs(): number {
    return this.#doubts[0]?.fromMs ?? (this.#last === null ? Infinity : this.#lastTakeMs);
  }

  /** For how long nothing had come of sound without a pause, when somebody last looked, in milliseconds; 0 where that is no gap. */
  get quietMs(): number {
    return this.#isDense && this.#seenMs >= leastSeenMs ? this.#seenMs : 0;
  }

  /** What follows a gap has not been looked at: it may be silence that is not transmitted, or sound. */
  get isOpen(): boolean {
    return this.#doubts.some(({ isFollowed }) => isFollowed === null);
  }

  /** The gaps that were found since the last call. */
  drain(): readonly PacketGap[] {
    return this.#found.splice(0);
  }

  /** Another stream follows, or nothing need come for a while: the next packet is the first one. */
  interrupt(): void {
    this.#last = null;
    this.#seenMs = 0;
    this.#isDense = false;
    this.#underway = null;
  }

  /** Takes what has come by now. @param takeMs the present on the take's timeline */
  read(arrivals: PacketArrivals, connection: ConnectionWitness, takeMs: number): void {
    const last = this.#last;
    const sinceMs = arrivals.readAtMs - this.#readAtMs;
    this.#readAtMs = arrivals.readAtMs;
    if (last === null || arrivals.packetsReceived < last.packetsReceived || sinceMs > standstillMs) {
      this.interrupt();
      this.#keep(arrivals, connection, takeMs);
    } else if (arrivals.packetsReceived === last.packetsReceived) {
      this.#seenMs = arrivals.readAtMs - last.lastPacketAtMs;
    } else {
      this.#came(last, arrivals, connection, takeMs);
    }
    this.#judge(arrivals, connection);
  }

  /**
   * Nothing follows: what nobody has spoken for by now is lost, where something must have been sent; not of a sender that
   * has paused before.
   *
   * @param deadToMs the line is dead, and with it lasts up to there what is quiet, on the take's timeline; null when it is not
   */
  end(deadToMs: number | null): void {
    if (deadToMs !== null && this.quietMs > 0) {
      const fromMs = Math.max(0, this.#lastTakeMs);
      this.#lose({ fromMs, durationMs: Math.max(0, deadToMs - fromMs) });
    }
    for (const doubt of this.#doubts)
      if (!this.#hasPaused && doubt.isSeen && doubt.isFollowed === true) this.#lose(doubt);
    this.#doubts = [];
  }

  #keep(arrivals: PacketArrivals, { falls }: ConnectionWitness, takeMs: number): void {
    this.#last = arrivals;
    this.#seenMs = sinceLastPacketMs(arrivals);
    this.#lastTakeMs = takeMs - this.#seenMs;
    this.#falls = falls;
  }

  #came(last: PacketArrivals, arrivals: PacketArrivals, connection: ConnectionWitness, takeMs: number): void {
    const packets = arrivals.packetsReceived - last.packetsReceived;
    const elapsedMs = arrivals.lastPacketAtMs - last.lastPacketAtMs;
    this.#measure(elapsedMs / packets, packets);
    const packetMs = this.#packetMs;
    // Those that WebRTC counts as lost are counted elsewhere.
    const knownMs = packetMs * (packets + Math.max(0, arrivals.packetsLost - last.packetsLost));
    // What belongs to a pause of the take is not missing.
    const takenMs = takeMs - sinceLastPacketMs(arrivals) - this.#lastTakeMs;
    const missingMs = Math.min(elapsedMs - knownMs, takenMs);
    const isSeen = this.#seenMs >= leastSeenMs;
    const leastMs = Math.max(leastPackets * packetMs, isSeen ? leastSeenMs : leastMissingMs);
    const isGap = this.#isDense && missingMs >= leastMs;
    const isDense = 2 * knownMs >= elapsedMs;
    const former = this.#doubts.at(-1);
    if (former !== undefined) former.isFollowed ??= isDense;
    if (isGap) {
      this.#doubts.push({
        fromMs: Math.max(0, this.#lastTakeMs),
        durationMs: missingMs,
        endedAtMs: arrivals.readAtMs,
        isSeen,
        isFollowed: null,
        packets: missingMs / packetMs,
        falls: this.#falls,
        discarded: last.packetsDiscarded,
        underway: this.#underway,
      });
      if (this.#doubts.length > maxDoubts) this.#doubts.shift();
    }
    // A gap may follow another one at once.
    this.#isDense = isDense || isGap;
    this.#underway = underwayAt(last, arrivals) ?? this.#underway;
    this.#keep(arrivals, connection, takeMs);
  }

  #judge(arrivals: PacketArrivals, connection: ConnectionWitness): void {
    if (this.#doubts.length === 0) return;
    this.#doubts = this.#doubts.filter((doubt) => {
      const isLost = this.#isLost(doubt, arrivals, connection);
      if (isLost) this.#lose(doubt);
      const isOver = arrivals.readAtMs - doubt.endedAtMs >= verdictMs;
      if (isOver && !isLost) this.#hasPaused = true;
      return !isLost && !isOver;
    });
  }

  #isLost(
    doubt: Doubt,
    { packetsDiscarded, readAtMs }: PacketArrivals,
    connection: ConnectionWitness,
  ): boolean {
    const enough = witnessShare * doubt.packets;
    if (packetsDiscarded - doubt.discarded >= enough) return true;
    if (doubt.underway !== null && this.#underway !== null && this.#underway - doubt.underway >= enough)
      return true;
    if (doubt.durationMs >= dryMs) return connection.isPoor && readAtMs - doubt.endedAtMs > dryRecoveredMs;
    return connection.isPoor || connection.falls > doubt.falls;
  }

  #lose({ fromMs, durationMs }: PacketGap): void {
    this.#lostMs += durationMs;
    this.#found.push({ fromMs, durationMs });
  }

  #measure(ms: number, packets: number): void {
    if (packets < leastToMeasure) return;
    const nearest = packetLengths.indexOf(nearestPacketLength(ms));
    this.#lengths[nearest] = (this.#lengths[nearest] ?? 0) + 1;
  }

  /** The length that most readings speak for. */
  get #packetMs(): number {
    const most = Math.max(...this.#lengths);
    return most === 0 ? usualPacketMs : (packetLengths[this.#lengths.indexOf(most)] ?? usualPacketMs);
  }
}

function sinceLastPacketMs({ lastPacketAtMs, readAtMs }: PacketArrivals): number {
  return readAtMs - lastPacketAtMs;
}

/** Packets that the server had sent and that had not come, at its report between two readings; null without one. */
function underwayAt(last: PacketArrivals, now: PacketArrivals): number | null {
  const { report } = now;
  if (report === null || report.atMs === last.report?.atMs) return null;
  const share = (report.atMs - last.lastPacketAtMs) / (now.lastPacketAtMs - last.lastPacketAtMs);
  if (share < 0 || share > 1) return null;
  const came = last.packetsReceived + share * (now.packetsReceived - last.packetsReceived);
  return report.packetsSent - came - now.packetsLost;
}

/** The length of Opus packets that is nearest to one that was measured, in milliseconds; the shorter of two. */
export function nearestPacketLength(ms: number): (typeof packetLengths)[number] {
  return packetLengths.reduce((nearest, length) =>
    Math.abs(length - ms) < Math.abs(nearest - ms) ? length : nearest,
  );
}
