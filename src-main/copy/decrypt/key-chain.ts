import { type Derivation, type DerivedKey, nextKey } from './derived-key.js';
import { openFrame, type SealedFrame } from './sealed-frame.js';

/** While no key fits, the ones that may follow are tried so often: of a wrong passphrase no more is spent. */
const trialEveryMs = 100;

/**
 * A key of one participant, and those that follow it when they ratchet it. The next one is there before it is needed, so that
 * nothing is lost when it comes; those behind it are derived when none fits, one after the other, on another thread.
 */
export class KeyChain {
  readonly #how: Derivation;
  /** How many are derived ahead at most. */
  readonly #window: number;
  readonly #nowMs: () => number;
  /** Who comes back, in another browser for instance, has it as it was given, however often it was ratcheted before. */
  readonly #given: DerivedKey;
  #current: DerivedKey;
  /** What another track of theirs may still come with, for a moment. */
  #previous: DerivedKey | null = null;
  readonly #next: DerivedKey[] = [];
  #wanted = 0;
  #isDeriving = false;
  #triedMs = -Infinity;

  /** @param nowMs a monotonic clock */
  constructor(key: DerivedKey, how: Derivation, window: number, nowMs = (): number => performance.now()) {
    this.#given = key;
    this.#current = key;
    this.#how = how;
    this.#window = window;
    this.#nowMs = nowMs;
  }

  /** What was encrypted in a frame; null when no key fits. */
  open(frame: SealedFrame): Buffer | null {
    const opened = openFrame(frame, this.#current.cipherKey);
    if (opened !== null) {
      this.#want(1);
      return opened;
    }
    const late = this.#previous === null ? null : openFrame(frame, this.#previous.cipherKey);
    return late ?? this.#tryNext(frame);
  }

  #tryNext(frame: SealedFrame): Buffer | null {
    this.#want(this.#window);
    const nowMs = this.#nowMs();
    if (nowMs - this.#triedMs < trialEveryMs) return null;
    const given = this.#current === this.#given ? [] : [this.#given];
    for (const [index, key] of [...this.#next, ...given].entries()) {
      const opened = openFrame(frame, key.cipherKey);
      if (opened === null) continue;
      this.#previous = this.#current;
      this.#current = key;
      // Behind the given one all of them are to be derived anew.
      this.#next.splice(0, index + 1);
      this.#wanted = 0;
      this.#want(1);
      return opened;
    }
    if (this.#next.length + given.length > 0) this.#triedMs = nowMs;
    return null;
  }

  #want(count: number): void {
    this.#wanted = Math.max(this.#wanted, Math.min(count, this.#window));
    if (this.#isDeriving || this.#next.length >= this.#wanted) return;
    this.#isDeriving = true;
    const last = this.#next.at(-1) ?? this.#current;
    void nextKey(last, this.#how).then(
      (key) => {
        this.#isDeriving = false;
        // It may follow a key that is over by now.
        if ((this.#next.at(-1) ?? this.#current) === last) this.#next.push(key);
        this.#want(0);
      },
      () => {
        // Without memory for a key there is none for now: the next frame that no key fits wants it again.
        this.#isDeriving = false;
        this.#wanted = 0;
      },
    );
  }
}
