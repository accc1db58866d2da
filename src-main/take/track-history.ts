import { caps } from '../contract/limits.js';
import type { RecordedTrackEntry } from '../contract/recorded-track.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { FilePart } from '../sink/file-parts.js';

/** Which tracks a file holds, and from when until when. Bounded: later ones are only counted. */
export class TrackHistory {
  readonly #entries: { readonly info: PublicationInfo; readonly fromMs: number; untilMs: number | null }[] =
    [];
  #notListed = 0;

  /** A track is recorded from `nowMs` of the take on. */
  began({ info }: { readonly info: PublicationInfo }, nowMs: number): void {
    if (this.#entries.length >= caps.tracksPerFile) this.#notListed += 1;
    else this.#entries.push({ info, fromMs: Math.max(0, Math.round(nowMs)), untilMs: null });
  }

  /** It delivers no more from `nowMs` of the take on. */
  ended({ info }: { readonly info: PublicationInfo }, nowMs: number): void {
    const entry = this.#entries.find((candidate) => candidate.info === info && candidate.untilMs === null);
    if (entry !== undefined) entry.untilMs = Math.max(entry.fromMs, Math.round(nowMs));
  }

  /** The take has ended, and with it whatever is still on. */
  allEnded(nowMs: number): void {
    for (const entry of this.#entries) entry.untilMs ??= Math.max(entry.fromMs, Math.round(nowMs));
  }

  /** As the manifest has them, of one part of the file. */
  listedIn({ endMs, startMs }: Pick<FilePart, 'startMs' | 'endMs'>): {
    readonly tracks: RecordedTrackEntry[];
    readonly tracksNotListed: number;
  } {
    const lastMs = Math.round(endMs ?? Infinity);
    const tracks = this.#entries
      .filter(({ fromMs, untilMs }) => fromMs < lastMs && (startMs === 0 || (untilMs ?? Infinity) > startMs))
      .map(({ info: { trackSid, name, role }, fromMs, untilMs }) => ({
        trackSid,
        name,
        role,
        fromMs: Math.max(fromMs, Math.round(startMs)),
        untilMs: endMs === null ? untilMs : Math.min(untilMs ?? lastMs, lastMs),
      }));
    return { tracks, tracksNotListed: this.#notListed };
  }
}
