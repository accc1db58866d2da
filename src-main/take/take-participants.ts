import type { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { Manifest, ManifestParticipant } from '../contract/manifest.js';
import { describeParticipant } from '../contract/participant-description.js';
import { leastLookInMs } from '../livekit/hand-over-wait.js';
import { handedOverLate } from '../livekit/missing-tracks.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import { NotRecordedList } from './not-recorded.js';

/** Of one person: somebody who changes it for each sentence must not fill a manifest. The latest are kept. */
const maxFormerNames = 20;

/**
 * Who is recorded in a take, or was to be, as they were described last, and which of their tracks are not recorded. Has a
 * cap, `caps.participantsListed`; further ones are counted.
 */
export class TakeParticipants {
  readonly #participantOf: (identity: string) => ParticipantInfo | undefined;
  readonly #listed = new Map<string, ManifestParticipant>();
  /** Who has come back and says nothing beside the name: what they said before is kept. No more than are listed. */
  readonly #silent = new Set<string>();
  readonly #notRecorded = new NotRecordedList();
  #notListed = 0;

  /** @param participantOf what is known of somebody at the moment; undefined when they are not in the room */
  constructor(participantOf: (identity: string) => ParticipantInfo | undefined) {
    this.#participantOf = participantOf;
  }

  /** As the manifest has them. */
  get entries(): Pick<Manifest, 'participants' | 'participantsNotListed' | 'notRecorded'> {
    return {
      participants: [...this.#listed.values()],
      participantsNotListed: this.#notListed,
      notRecorded: this.#notRecorded.listed,
    };
  }

  /** How many tracks are not recorded, or were not for a while. */
  get missingTracks(): number {
    return this.#notRecorded.trackCount;
  }

  /** Of these, how many are not at the moment. */
  get missingNow(): number {
    return this.#notRecorded.openCount;
  }

  /**
   * A track came.
   *
   * @param nowMs milliseconds on the take's timeline
   * @param lateMs so long it had been on and was waited for, as far as that was not told
   * @returns why a part of it is listed as not recorded; null when nothing of the take is missing
   */
  came(track: PublicationInfo, nowMs: number, lateMs = 0): PlateauError | null {
    const isOwnLoss = this.#notRecorded.came(track.trackSid, nowMs);
    this.#note(track);
    const missedMs = Math.min(lateMs, nowMs);
    if (!isOwnLoss || missedMs < leastLookInMs) return null;
    const error = handedOverLate(track, missedMs);
    this.#notRecorded.note(track, error, nowMs - missedMs);
    this.#notRecorded.recordedFrom(track.trackSid, nowMs);
    return error;
  }

  /** A track is published no more: only what was before is missing. @param nowMs milliseconds on the take's timeline */
  ended(trackSid: string, nowMs: number): void {
    this.#notRecorded.ended(trackSid, nowMs);
  }

  /** There is room for a track: only what was before is missing. @param nowMs milliseconds on the take's timeline */
  recordedFrom(trackSid: string, nowMs: number): void {
    this.#notRecorded.recordedFrom(trackSid, nowMs);
  }

  /** Whether a track is listed as not recorded now. */
  lacks(trackSid: string): boolean {
    return this.#notRecorded.lacks(trackSid);
  }

  /** A track is to be recorded and is not. @param sinceMs milliseconds on the take's timeline */
  missing(track: PublicationInfo, error: PlateauError, sinceMs: number): void {
    this.#notRecorded.note(track, error, sinceMs);
    this.#note(track);
  }

  /**
   * Of a track that has ended a part is in no file. Times are milliseconds on the take's timeline.
   *
   * @returns false where more of it is listed already
   */
  missedOf(track: PublicationInfo, error: PlateauError, sinceMs: number, untilMs: number): boolean {
    if (!this.#notRecorded.noteOver(track, error, sinceMs, untilMs)) return false;
    this.#note(track);
    return true;
  }

  /** As {@link NotRecordedList.connectionLost} says. */
  connectionLost(): void {
    this.#notRecorded.connectionLost();
  }

  /** Somebody is described in another way. @returns whether what is not recorded has another name now */
  changed(participant: ParticipantInfo): boolean {
    this.#update(participant);
    return this.#notRecorded.rename(participant.identity, participant.name);
  }

  #note({ identity, participantName: name }: PublicationInfo): void {
    // Who has left by now is not described any more.
    const owner = this.#participantOf(identity) ?? { identity, name, description: saysNothing };
    // Whatever was said last is listed: who says less now without a word of a change has come back.
    if (isSilent(owner) && this.#listed.has(identity)) this.#silent.add(identity);
    if (this.#update(owner)) return;
    if (this.#listed.size < caps.participantsListed) {
      this.#listed.set(identity, { identity, name: owner.name, formerNames: [], ...owner.description });
    }
    // Whoever publishes again is counted again: to know them, they would have to be kept.
    else this.#notListed += 1;
  }

  #update(participant: ParticipantInfo): boolean {
    const { description, identity, name } = participant;
    const known = this.#listed.get(identity);
    if (known === undefined) return false;
    if (!isSilent(participant)) this.#silent.delete(identity);
    const former = [...known.formerNames.filter((one) => one !== known.name), known.name];
    const formerNames = former.filter((one) => one !== name).slice(-maxFormerNames);
    const said = this.#silent.has(identity) ? known : description;
    this.#listed.set(identity, { ...known, ...said, name, formerNames });
    return true;
  }
}

const saysNothing = describeParticipant({}, '');

function isSilent({ description: { attributes, attributesCut, metadata } }: ParticipantInfo): boolean {
  return metadata === '' && attributesCut === 0 && Object.keys(attributes).length === 0;
}
