import type { PlateauError } from '../contract/errors.js';
import { countTracks } from '../contract/losses.js';
import type { NotRecorded } from '../contract/manifest.js';
import type { PublicationInfo } from '../livekit/publication-info.js';

/** A manifest has to stay readable, and rooms have visitors. */
const maxListed = 500;
/** A server hands over within some hundred milliseconds, on a busy machine within a second: that is no absence. */
const leastMs = 1_000;
/** Tracks that are remembered: a publication that comes back does so soon. */
const maxRemembered = 1_000;

/**
 * The tracks that a take was to record and does not, or did not for a while, by their publication. Whoever is past the cap was
 * told of all the same.
 */
export class NotRecordedList {
  /** Those that are not recorded now. */
  readonly #open = new Map<string, NotRecorded>();
  /** Those that are recorded by now, or have ended: the times before. */
  #over: NotRecorded[] = [];
  /** Those that are in a file. */
  readonly #recorded = new Set<string>();
  /** Published no more, and when: why they were not recorded may be heard of later. Null of those that are listed. */
  readonly #ended = new Map<string, number | null>();
  /** Of those in a file, those that went with the connection: what they lack until they are back is in the gaps of their files. */
  #away = new Set<string>();

  /** As the manifest has them, by time. */
  get listed(): NotRecorded[] {
    return [...this.#over, ...this.#open.values()].sort((one, other) => one.sinceMs - other.sinceMs);
  }

  /** How many tracks that are, each once. */
  get trackCount(): number {
    return countTracks([...this.#over, ...this.#open.values()]);
  }

  /** How many are not now. */
  get openCount(): number {
    return countTracks([...this.#open.values()]);
  }

  /** A track is not recorded; the first reason stays. @param sinceMs milliseconds on the take's timeline */
  note(track: PublicationInfo, error: PlateauError, sinceMs: number): void {
    const { trackSid } = track;
    if (this.#open.has(trackSid) || this.#open.size + this.#over.length >= maxListed) return;
    const entry = entryOf(track, error, sinceMs);
    const endedMs = this.#ended.get(trackSid);
    if (endedMs === undefined) this.#open.set(trackSid, entry);
    else if (endedMs !== null) this.#noteEnded(trackSid, entry, endedMs);
  }

  /** Nothing of a track came from there to there. Times are milliseconds on the take's timeline. @returns whether that is listed */
  noteOver(track: PublicationInfo, error: PlateauError, sinceMs: number, untilMs: number): boolean {
    // What is open, or was when it ended, says it.
    const isTold = this.#open.has(track.trackSid) || this.#ended.get(track.trackSid) === null;
    if (isTold || this.#open.size + this.#over.length >= maxListed) return false;
    this.#over.push({ ...entryOf(track, error, sinceMs), untilMs: Math.round(untilMs) });
    return true;
  }

  #noteEnded(trackSid: string, entry: NotRecorded, endedMs: number): void {
    this.#ended.set(trackSid, null);
    const sinceMs = Math.min(entry.sinceMs, endedMs);
    this.#over.push({ ...entry, sinceMs, untilMs: Math.max(entry.sinceMs, endedMs, sinceMs + 1) });
  }

  /** It is published no more: only what was before is missing. @param nowMs milliseconds on the take's timeline */
  ended(trackSid: string, nowMs: number): void {
    this.#ended.set(trackSid, this.#open.has(trackSid) ? null : Math.round(nowMs));
    this.recordedFrom(trackSid, nowMs);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > maxRemembered && oldest !== undefined) this.#ended.delete(oldest);
  }

  /** Whether a track is not recorded now, whyever. */
  lacks(trackSid: string): boolean {
    return this.#open.has(trackSid);
  }

  /** Somebody has another name. @returns whether anything of theirs is listed */
  rename(identity: string, name: string): boolean {
    const isOld = (entry: NotRecorded): boolean =>
      entry.identity === identity && entry.participantName !== name;
    const isListed = this.listed.some(isOld);
    const renamed = (entry: NotRecorded): NotRecorded =>
      isOld(entry) ? { ...entry, participantName: name } : entry;
    this.#over = this.#over.map(renamed);
    for (const [trackSid, entry] of this.#open) this.#open.set(trackSid, renamed(entry));
    return isListed;
  }

  /**
   * It came after all: what was before is missing. What there is no room for has been there all the time, and stays; of what comes in
   * copy mode again, {@link NotRecordedList.recordedFrom} says from when on it is in a file.
   *
   * @param nowMs milliseconds on the take's timeline
   * @returns whether it lacks what is not in the gaps of its file, and nothing was told of it
   */
  came(trackSid: string, nowMs: number): boolean {
    const entry = this.#open.get(trackSid);
    if (entry?.code === 'tooManyFiles' || entry?.code === 'receiverEnded') return false;
    const isInGaps = this.#away.delete(trackSid);
    this.#recorded.add(trackSid);
    for (const oldest of this.#recorded) {
      if (this.#recorded.size <= maxRemembered) break;
      this.#recorded.delete(oldest);
    }
    if (entry === undefined) return !isInGaps;
    if (isInGaps || nowMs - entry.sinceMs < leastMs) this.#open.delete(trackSid);
    else this.recordedFrom(trackSid, nowMs);
    return false;
  }

  /** Every track goes, and comes back with the connection. What was not received before stays what it is. */
  connectionLost(): void {
    const goes = (trackSid: string): boolean => this.#away.has(trackSid) || !this.#open.has(trackSid);
    this.#away = new Set([...this.#recorded].filter(goes));
  }

  /** There is room for it: only what was before is missing. @param nowMs milliseconds on the take's timeline */
  recordedFrom(trackSid: string, nowMs: number): void {
    const entry = this.#open.get(trackSid);
    if (entry === undefined) return;
    this.#open.delete(trackSid);
    const untilMs = Math.round(nowMs);
    // Nothing of it was missing after all.
    if (untilMs > entry.sinceMs) this.#over.push({ ...entry, untilMs });
  }
}

function entryOf(
  { identity, participantName, role }: PublicationInfo,
  { code, message }: PlateauError,
  sinceMs: number,
): NotRecorded {
  return { identity, participantName, role, code, message, sinceMs: Math.round(sinceMs) };
}
