import type { PlateauError } from '../contract/errors.js';
import type { NotRecorded } from '../contract/manifest.js';
import type { PublicationInfo } from '../livekit/publication-info.js';

/** A manifest has to stay readable, and rooms have visitors. */
const maxListed = 500;

/** The tracks that a take was to record and does not, by their publication. Whoever is past the cap was told of all the same. */
export class NotRecordedList {
  readonly #entries = new Map<string, NotRecorded>();

  /** As the manifest has them. */
  get listed(): NotRecorded[] {
    return [...this.#entries.values()];
  }

  /** A track is not recorded; the first reason stays. @param nowMs milliseconds on the take's timeline */
  note(
    { identity, participantName, role, trackSid }: PublicationInfo,
    error: PlateauError,
    nowMs: number,
  ): void {
    if (this.#entries.has(trackSid) || this.#entries.size >= maxListed) return;
    const { code, message } = error;
    this.#entries.set(trackSid, {
      identity,
      participantName,
      role,
      code,
      message,
      sinceMs: Math.round(nowMs),
    });
  }

  /** Somebody has another name. @returns whether anything of theirs is listed */
  rename(identity: string, name: string): boolean {
    let isListed = false;
    for (const [trackSid, entry] of this.#entries) {
      if (entry.identity !== identity || entry.participantName === name) continue;
      this.#entries.set(trackSid, { ...entry, participantName: name });
      isListed = true;
    }
    return isListed;
  }

  /** It came after all. What there is no room for has been there all the time, and stays. */
  came(trackSid: string): void {
    if (this.#entries.get(trackSid)?.code !== 'tooManyFiles') this.#entries.delete(trackSid);
  }

  /** There is room for it: only what was before is missing. @param nowMs milliseconds on the take's timeline */
  recordedFrom(trackSid: string, nowMs: number): void {
    const entry = this.#entries.get(trackSid);
    if (entry !== undefined) this.#entries.set(trackSid, { ...entry, untilMs: Math.round(nowMs) });
  }
}
