import type { ConsoleParticipant } from '../contract/console-participant.js';
import type { Newcomers } from '../contract/settings.js';
import type { MissingTrack } from '../livekit/missing-tracks.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';

type Publication = PublicationInfo & { readonly isSubscribed: boolean };

/** Who is in the room, who is in the running take, and who is to be recorded. */
export class RoomRoster {
  /** Whoever was seen in this room, or spoken of: newcomers are the others. */
  readonly #known = new Set<string>();
  readonly #unarmed = new Set<string>();
  /** Of whom nobody has said yet whether they are recorded. */
  readonly #asked = new Set<string>();
  /** People of the running take, by identity: whoever leaves stays on the list, for their file is in the take. */
  readonly #inTake = new Map<string, ParticipantInfo>();
  #isTakeRunning = false;

  /** Identities that the next take leaves out. */
  get unarmed(): string[] {
    return [...this.#unarmed];
  }

  /** Identities that were armed one by one, or when they came. */
  get armed(): string[] {
    return [...this.#known].filter((identity) => !this.#unarmed.has(identity));
  }

  /** Whether the next take records somebody; also of an identity that is not in the room yet. */
  arm(identity: string, isArmed: boolean): void {
    this.#known.add(identity);
    this.#asked.delete(identity);
    if (isArmed) this.#unarmed.delete(identity);
    else this.#unarmed.add(identity);
  }

  /** From now on nobody leaves the list: who was there has a file. */
  takeStarted(present: readonly ParticipantInfo[]): void {
    this.#isTakeRunning = true;
    for (const somebody of present) this.#inTake.set(somebody.identity, somebody);
  }

  /** Whoever has left may leave the list, too. */
  takeEnded(): void {
    this.#isTakeRunning = false;
    this.#inTake.clear();
  }

  /** Another room: nothing is known of it. */
  clear(): void {
    this.takeEnded();
    this.#known.clear();
    this.#unarmed.clear();
    this.#asked.clear();
  }

  /**
   * Everybody to be shown, with what they publish. It remembers who was there while a take runs, so that it has to
   * be asked whenever somebody comes or goes.
   *
   * @param armsNewcomers whether whoever is seen for the first time is to be recorded; `ask` leaves it to a person
   * @param missing tracks that are to be recorded and are not received
   */
  list(
    present: readonly ParticipantInfo[],
    publications: readonly Publication[],
    armsNewcomers: Newcomers,
    missing: readonly Pick<MissingTrack, 'error' | 'info'>[] = [],
  ): ConsoleParticipant[] {
    const reasons = new Map(missing.map(({ info, error }) => [info.trackSid, error.message]));
    for (const { identity } of present) {
      if (this.#known.has(identity)) continue;
      this.#known.add(identity);
      if (armsNewcomers !== 'on') this.#unarmed.add(identity);
      if (armsNewcomers === 'ask') this.#asked.add(identity);
    }
    const people = new Map(this.#inTake);
    for (const somebody of present) {
      people.set(somebody.identity, somebody);
      if (this.#isTakeRunning) this.#inTake.set(somebody.identity, somebody);
    }
    const here = new Set(present.map(({ identity }) => identity));
    return [...people.values()].map(({ description, identity, name }) => ({
      identity,
      name,
      description,
      isPresent: here.has(identity),
      isArmed: !this.#unarmed.has(identity),
      isAsked: this.#asked.has(identity),
      tracks: publications
        .filter((publication) => publication.identity === identity)
        .map(({ role, kind, isMuted, isSubscribed, isEncrypted, needsKey, declaredSize, trackSid }) => ({
          role,
          kind,
          isMuted,
          isSubscribed,
          isEncrypted,
          needsKey,
          declaredSize,
          trackSid,
          missingReason: reasons.get(trackSid) ?? null,
        })),
    }));
  }
}
