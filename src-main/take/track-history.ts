import { caps } from '../contract/limits.js';
import type { MonoReason, RecordedTrackEntry } from '../contract/recorded-track.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { FilePart } from '../sink/file-parts.js';

/** A track as far as a file's history needs it. Of what is copied nothing is mixed. */
interface HistoryTrack {
  readonly info: PublicationInfo;
  readonly mixedToMono?: MonoReason | null;
}

interface Entry {
  readonly track: HistoryTrack;
  readonly fromMs: number;
  untilMs: number | null;
  /** As was known last: what a track that has ended would say is another one's. */
  mixedToMono: MonoReason | null;
}

/** Which tracks a file holds, and from when until when. Bounded: later ones are only counted. */
export class TrackHistory {
  readonly #entries: Entry[] = [];
  #notListed = 0;

  /** A track is recorded from `nowMs` of the take on. */
  began(track: HistoryTrack, nowMs: number): void {
    if (this.#entries.length >= caps.tracksPerFile) this.#notListed += 1;
    else
      this.#entries.push({
        ...{ track, mixedToMono: null },
        ...{ fromMs: Math.max(0, Math.round(nowMs)), untilMs: null },
      });
  }

  /** It delivers no more from `nowMs` of the take on. */
  ended({ info }: Pick<HistoryTrack, 'info'>, nowMs: number): void {
    const entry = this.#entries.find(({ track, untilMs }) => track.info === info && untilMs === null);
    if (entry !== undefined) end(entry, nowMs);
  }

  /** The take has ended, and with it whatever is still on. */
  allEnded(nowMs: number): void {
    for (const entry of this.#entries) if (entry.untilMs === null) end(entry, nowMs);
  }

  /** As the manifest has them, of one part of the file. */
  listedIn({ endMs, startMs }: Pick<FilePart, 'startMs' | 'endMs'>): {
    readonly tracks: RecordedTrackEntry[];
    readonly tracksNotListed: number;
  } {
    const lastMs = Math.round(endMs ?? Infinity);
    const tracks = this.#entries
      .filter(({ fromMs, untilMs }) => fromMs < lastMs && (startMs === 0 || (untilMs ?? Infinity) > startMs))
      .map((entry) => ({ ...entry, ...entry.track.info, mixedToMono: monoOf(entry) }))
      .map(({ trackSid, name, role, fromMs, mixedToMono, untilMs }) => ({
        trackSid,
        name,
        role,
        fromMs: Math.max(fromMs, Math.round(startMs)),
        untilMs: endMs === null ? untilMs : Math.min(untilMs ?? lastMs, lastMs),
        ...(mixedToMono !== null && { mixedToMono }),
      }));
    return { tracks, tracksNotListed: this.#notListed };
  }
}

function end(entry: Entry, nowMs: number): void {
  entry.mixedToMono = monoOf(entry);
  entry.untilMs = Math.max(entry.fromMs, Math.round(nowMs));
}

/** It is not known before its first packets, and not any more when it has been unsubscribed. */
function monoOf(entry: Entry): MonoReason | null {
  if (entry.untilMs === null) entry.mixedToMono = entry.track.mixedToMono ?? entry.mixedToMono;
  return entry.mixedToMono;
}
