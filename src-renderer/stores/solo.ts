import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConsoleApi } from '../../src-main/contract/console.js';
import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import { soloFormat } from '../../src-main/contract/limits.js';
import type { FeedName, HeardAudio } from '../../src-main/contract/media-events.js';
import { samplesOf } from '../derive/pcm.js';

/** What plays the samples: the window's loudspeaker, or a test. */
export interface SoloOutput {
  /** What was handed over and was not heard yet. */
  readonly queuedMs: number;
  play(samples: Float32Array<ArrayBuffer>): void;
  /** @param share from 0 to 1 */
  setVolume(share: number): void;
  /** Asks the browser once more for what it has not allowed yet. */
  resume(): void;
  close(): void;
}

/** @param onBlocked told whether the browser waits for a click before anything is heard */
export type OpenSoloOutput = (onBlocked: (isBlocked: boolean) => void) => SoloOutput;

export interface SoloState {
  /** Whom the window listens to; null for nobody. */
  readonly feed: FeedName | null;
  /** From 0 to 1. */
  readonly volume: number;
  readonly isBlocked: boolean;
  /** Left out because window or recorder were behind. */
  readonly skippedMs: number;
}

/** With what is gathered before it is sent, and what the loudspeaker needs, less than 300 ms are between ear and room. */
const mostQueuedMs = 160;
/** Before it is asked again where an answer without sound came at once. */
const pauseMs = 500;

interface Session {
  readonly feed: FeedName;
  readonly output: SoloOutput;
}

/**
 * Listens to one person, in this window alone. Each piece of sound is asked for when the one before has come; what would
 * be heard too late is left out, and counted.
 */
export class Solo {
  readonly store: StoreApi<SoloState>;
  readonly #api: ConsoleApi;
  readonly #openOutput: OpenSoloOutput;
  readonly #now: () => number;
  #session: Session | null = null;

  constructor(api: ConsoleApi, openOutput: OpenSoloOutput, now: () => number) {
    this.#api = api;
    this.#openOutput = openOutput;
    this.#now = now;
    this.store = createStore<SoloState>(() => ({ feed: null, volume: 0.8, isBlocked: false, skippedMs: 0 }));
  }

  /** Listens to somebody, in the place of whoever was heard before; or to nobody, when they were. By a click or a key. */
  toggle(feed: FeedName): void {
    const { feed: before } = this.store.getState();
    this.stop();
    if (before?.identity === feed.identity && before.kind === feed.kind) return;
    this.store.setState({ feed });
    const output = this.#openOutput((isBlocked) => this.store.setState({ isBlocked }));
    const session: Session = { feed, output };
    output.setVolume(this.store.getState().volume);
    this.#session = session;
    void this.#play(session);
  }

  stop(): void {
    this.#session?.output.close();
    this.#session = null;
    this.store.setState({ feed: null, isBlocked: false, skippedMs: 0 });
  }

  /** Whoever has left is not waited for. */
  keepOnly(participants: readonly Pick<ConsoleParticipant, 'identity' | 'isPresent'>[]): void {
    const { feed } = this.store.getState();
    if (feed === null) return;
    if (!participants.some(({ identity, isPresent }) => isPresent && identity === feed.identity)) this.stop();
  }

  setVolume(volume: number): void {
    this.store.setState({ volume });
    this.#session?.output.setVolume(volume);
  }

  resume(): void {
    this.#session?.output.resume();
  }

  async #play(session: Session): Promise<void> {
    let after: number | null = null;
    let skippedSamples = 0;
    while (this.#session === session) {
      const askedAtMs = this.#now();
      const heard = await this.#next(session.feed, after);
      if (heard === null) {
        // Silence has taken its time; a refusal has not.
        if (this.#now() - askedAtMs < pauseMs / 2)
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        continue;
      }
      after = heard.end;
      skippedSamples += this.#hear(session, heard);
      const skippedMs = Math.round((skippedSamples / soloFormat.sampleRateHz) * 1000);
      if (this.#isHeard(session) && skippedMs !== this.store.getState().skippedMs)
        this.store.setState({ skippedMs });
    }
  }

  /** @returns how many samples were left out */
  #hear(session: Session, { droppedSamples, pcm }: HeardAudio): number {
    // Another one is heard meanwhile, or nobody.
    if (!this.#isHeard(session)) return 0;
    const samples = samplesOf(pcm);
    if (session.output.queuedMs > mostQueuedMs) return droppedSamples + samples.length;
    session.output.play(samples);
    return droppedSamples;
  }

  #isHeard(session: Session): boolean {
    return this.#session === session;
  }

  async #next(feed: FeedName, after: number | null): Promise<HeardAudio | null> {
    try {
      const result = await this.#api.call('nextAudio', { ...feed, after });
      return result.ok ? result.value : null;
    } catch {
      // The program around this window ends.
      return null;
    }
  }
}
