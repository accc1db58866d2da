import { signalRules } from '../contract/limits.js';

/** Fewer packets may all belong to one frame that is not complete yet, or be comfort noise. */
const leastPackets = { video: 5, audio: 25 } as const;
/** Of what is lost on the way frames are not complete either: that says nothing of a key. */
const mostLossShare = 0.1;
/**
 * A track that was decrypted before, and is not any more for so long: its publisher may have another key. A video may just
 * wait for a key frame.
 */
const changedAfterMs = { audio: 1_200, video: 3_000 } as const;
/** What comes first may have been decoded as it is, before the SDK attached its decryption: it proves no key. */
const attachedAfterMs = 1_000;
/** A busy machine answers late, and a pause in which nothing was sent proves nothing: one answer counts for so much. */
const mostOfAnswerMs = 1_000;

/** What is known of an encrypted track at the moment; all counters are of one answer of WebRTC. */
export interface DecryptionReading {
  /** Since the last call, in milliseconds; a time in which this process stood still is left out. */
  readonly elapsedMs: number;
  /** It is subscribed, not muted, and its frames flow; null while it is being subscribed anew. */
  readonly isOn: boolean | null;
  readonly packets: number;
  readonly packetsLost: number;
  /** Complete frames of a video, samples that the jitter buffer of an audio track gave out: neither without a key. */
  readonly decrypted: number;
}

type Counted = Pick<DecryptionReading, 'packets' | 'packetsLost' | 'decrypted'>;

/** `unknown`: muted, or too little has arrived. `changed`: it was decrypted before. `failing`: it never was. */
export type DecryptionState = 'unknown' | 'decrypted' | 'changed' | 'failing';

/**
 * Notices that packets of an encrypted track arrive and no frame comes of them: the SDK drops what a key does not fit,
 * without a word.
 */
export class DecryptionSignal {
  /** For how long nothing has been decrypted, in milliseconds. */
  durationMs = 0;
  /** Whether anything was, since the start or the last restart. */
  hadSignal = false;
  /** Packets that have arrived since anything was decrypted, as far as WebRTC has said. */
  undecryptedPackets = 0;
  readonly #leastPackets: number;
  readonly #changedAfterMs: number;
  #last: Counted | null = null;
  #isSuspicious = false;
  #seenPackets = 0;
  /** Since the last answer of WebRTC that had further packets. */
  #sinceAnswerMs = 0;
  #onMs = 0;

  constructor(kind: 'video' | 'audio') {
    this.#leastPackets = leastPackets[kind];
    this.#changedAfterMs = changedAfterMs[kind];
  }

  /** Earlier than the alarm: whether another key is worth a try. */
  get state(): DecryptionState {
    if (this.hadSignal && this.durationMs < this.#changedAfterMs) return 'decrypted';
    if (!this.#isSuspicious) return 'unknown';
    if (this.hadSignal) return 'changed';
    return this.durationMs >= signalRules.undecryptedAfterMs ? 'failing' : 'unknown';
  }

  /** For how long what arrived was lost for want of a key that fits, in milliseconds; 0 while that is not certain. */
  get undecryptedMs(): number {
    return this.#isSuspicious ? this.durationMs : 0;
  }

  /** What comes from now on is judged by itself: a take begins, or the track was unmuted. */
  restart(): void {
    this.#last = null;
    this.#isSuspicious = false;
    this.durationMs = 0;
    this.hadSignal = false;
    this.undecryptedPackets = 0;
    this.#seenPackets = 0;
    this.#sinceAnswerMs = 0;
    this.#onMs = 0;
  }

  /** Called a few times a second. @returns whether it has to be told that nothing is decrypted */
  judge({ elapsedMs, isOn, packets, packetsLost, decrypted }: DecryptionReading): boolean {
    if (isOn === false || (isOn === null && !this.#isFailing)) {
      this.restart();
      return false;
    }
    // Nothing is known, and what is wrong is not over.
    if (isOn === null) return true;
    const last = this.#beginningOf({ packets, packetsLost, decrypted });
    this.#onMs += elapsedMs;
    if (decrypted !== last.decrypted) {
      this.#last = { packets, packetsLost, decrypted };
      this.hadSignal ||= this.#onMs > attachedAfterMs;
      this.#isSuspicious = false;
      this.durationMs = 0;
      this.undecryptedPackets = 0;
      this.#seenPackets = packets;
      this.#sinceAnswerMs = 0;
      return false;
    }
    this.#sinceAnswerMs += elapsedMs;
    if (packets !== this.#seenPackets) {
      this.#seenPackets = packets;
      this.durationMs += Math.min(this.#sinceAnswerMs, mostOfAnswerMs);
      this.#sinceAnswerMs = 0;
    }
    const arrived = packets - last.packets;
    this.undecryptedPackets = arrived;
    const lost = Math.max(0, packetsLost - last.packetsLost);
    this.#isSuspicious = arrived >= this.#leastPackets && lost <= mostLossShare * (arrived + lost);
    return this.#isFailing;
  }

  get #isFailing(): boolean {
    return this.#isSuspicious && this.durationMs >= signalRules.undecryptedAfterMs;
  }

  /** What was counted when anything was decrypted last. A fresh stream is counted from 0 on, and may be no better. */
  #beginningOf(now: Counted): Counted {
    if (this.#last !== null && now.packets < this.#last.packets + this.undecryptedPackets) {
      this.#last = { ...now, packets: now.packets - this.undecryptedPackets };
      this.#seenPackets = now.packets;
    }
    return (this.#last ??= now);
  }
}
