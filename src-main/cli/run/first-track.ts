import type { PlateauError } from '../../contract/errors.js';
import type { RecorderEvent } from '../../contract/snapshot.js';
import { formatDuration } from '../../format/time.js';
import { withoutKey } from '../../livekit/missing-tracks.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { untilAborted } from './interrupts.js';

/** Subscriptions of what is published already arrive within this time; after it the room counts as empty. */
const announceAfterMs = 1_500;

/** How the wait for something to record came out. `over`: the meeting has ended, and nothing of it could be received. */
export type FirstTrack = 'published' | 'interrupted' | 'waitedTooLong' | 'lost' | 'over';

/**
 * Waits until something that is to be recorded is published. Listening begins with the construction,
 * before the room is joined, so that nothing is missed.
 */
export class FirstTrackWait {
  readonly #recorder: Recorder;
  readonly #outcome: Promise<'published' | 'lost' | 'over'>;
  readonly #missing = new Map<string, PlateauError>();
  #stopListening: () => void = () => undefined;

  /**
   * @param recorder one that has not joined yet, or whose room has ended
   * @param waitsForNext another meeting may come when this one is over
   * @param isPublished whether there is something to record, where nothing is subscribed to; left out, a subscription says so
   */
  constructor(recorder: Recorder, waitsForNext: boolean, isPublished: (() => boolean) | null = null) {
    this.#recorder = recorder;
    this.#outcome = new Promise((resolve) => {
      const onEvent = (event: RecorderEvent): void => {
        this.#noteMissing();
        if (event.name === 'trackSubscribed') resolve('published');
        if (!waitsForNext && event.name === 'roomEnded' && this.#missing.size > 0) resolve('over');
      };
      const onProblem = ({ concerns }: NonNullable<Recorder['problem']>): void => {
        if (concerns === 'connection') resolve('lost');
      };
      const onRoom = (): void => {
        this.#noteMissing();
        if (isPublished?.() === true) resolve('published');
      };
      recorder.on('event', onEvent);
      recorder.on('room', onRoom);
      recorder.on('problem', onProblem);
      this.#stopListening = () => {
        recorder.off('event', onEvent);
        recorder.off('room', onRoom);
        recorder.off('problem', onProblem);
      };
    });
  }

  /** Why what was published was not received, also of who has left since. */
  get missing(): readonly PlateauError[] {
    this.#noteMissing();
    return [...this.#missing.values()];
  }

  /**
   * Resolves when the wait is over, and says so when it took long.
   *
   * @param waitMs null waits for ever
   * @param participants who is waited for; null for anybody
   */
  async end(
    shutdownSignal: AbortSignal,
    waitMs: number | null,
    participants: readonly string[] | null,
    console: CommandConsole,
  ): Promise<FirstTrack> {
    const startedAtMs = performance.now();
    const announced = { done: false };
    const announce = setTimeout(() => {
      announced.done = true;
      const whom = participants === null ? 'a participant' : printable(participants.join(' or '));
      console.say(`Waiting for ${whom} to publish... (${this.#describeRoom()}; Ctrl-C ends)`);
    }, announceAfterMs);
    let limit: NodeJS.Timeout | undefined;
    try {
      const outcome = await Promise.race([
        this.#outcome,
        untilAborted(shutdownSignal).then(() => 'interrupted' as const),
        ...(waitMs === null
          ? []
          : [
              new Promise<'waitedTooLong'>((resolve) => {
                limit = setTimeout(resolve, waitMs, 'waitedTooLong');
              }),
            ]),
      ]);
      if (announced.done && outcome === 'published') {
        console.say(
          `The first track came after ${formatDuration(performance.now() - startedAtMs)}: recording begins`,
        );
      }
      return outcome;
    } finally {
      clearTimeout(announce);
      clearTimeout(limit);
      this.#stopListening();
    }
  }

  #noteMissing(): void {
    // Before a copied take nothing is subscribed to, and so nothing is missing.
    const { missing, publications } = this.#recorder;
    for (const { error, info } of [...withoutKey(publications), ...missing])
      this.#missing.set(info.trackSid, error);
  }

  #describeRoom(): string {
    if (this.#recorder.unreachable !== null) return 'the server does not answer';
    if (this.#recorder.connection === 'waiting') return 'the room is not open yet';
    const present = this.#recorder.participants.map(({ identity }) => identity);
    if (present.length === 0) return 'the room is empty';
    const key =
      withoutKey(this.#recorder.publications).length === 0
        ? ''
        : '; what they publish is end-to-end encrypted, and needs a key';
    return `in the room: ${printable(present.join(', '))}${key}`;
  }
}
