import type { PublicationInfo } from '../livekit/publication-info.js';
import type { SinkSubject } from '../sink/recording-sink.js';

/** What a place is found by: a track, as long as it is subscribed. */
export interface PlacedTrack {
  readonly info: PublicationInfo;
}

/** Where a track is recorded. */
export interface TrackPlace {
  /** The file it goes into. */
  readonly subject: SinkSubject;
  /** Tells files apart: one for each participant and each screen share, and one for each further track. */
  readonly fileKey: string;
  /** Since when, on the take's timeline. */
  readonly givenAtMs: number;
}

interface Place extends TrackPlace {
  readonly seat: string;
}

/** What its participant publishes, in the order of publication: of an undeclared role it is a guess. */
type Publications = readonly Pick<
  PublicationInfo,
  'isMissing' | 'isRoleDeclared' | 'needsKey' | 'role' | 'trackSid'
>[];

/** The end of a track may be heard of so much later than its successor, which the server announces by another way. */
const lateEndMs = 1_500;

/**
 * Which track goes into which file. The first camera and microphone of somebody share a file, and so do a screen and
 * its audio. A track that comes while another one of its kind is on gets a file of its own: neither replaces the other.
 * A place is free again when its track has ended, so that who republishes a track goes on in the same file.
 *
 * The first place is that of the track that says that it is a camera or a microphone. One of unknown source has it where nothing
 * else is published, and gives it up to the one that comes later: it goes on in a file of its own.
 */
export class TrackPlaces<Track extends PlacedTrack = PlacedTrack> {
  readonly #places = new Map<Track, Place>();
  readonly #taken = new Set<string>();
  /** Those of somebody that have had a place, and are published still: the end of one is heard of before that it is published no more. */
  readonly #came = new Map<string, ReadonlySet<string>>();

  /** Where the track is; undefined before {@link TrackPlaces.give} and after {@link TrackPlaces.free}. */
  find(track: Track): TrackPlace | undefined {
    return this.#places.get(track);
  }

  /**
   * Gives the track the first free place of its kind. Those that were published before it and have not come yet keep theirs: of
   * two microphones at the same moment the first is the one that was published first, whichever is handed over first.
   *
   * @param publications all of its participant: for one of them that says what it is, the first place is kept
   * @param nowMs on the take's timeline
   * @param canHold whether a file can hold it, were its place free; left out, each can
   */
  give(
    track: Track,
    publications: Publications,
    nowMs: number,
    canHold: (fileKey: string) => boolean = () => true,
  ): TrackPlace {
    const known = this.#places.get(track);
    if (known !== undefined) return known;
    const { identity, isRoleDeclared, kind: medium, participantName, role } = track.info;
    const kind = kindOf(track);
    const isFirstExpected =
      !isRoleDeclared && publications.some((one) => one.isRoleDeclared && one.role === role);
    // Free places that are left to others.
    let kept = this.#awaitedBefore(track, publications);
    this.#noteCame(track.info, publications);
    let trackNumber = isFirstExpected ? 2 : 1;
    let seat = seatName(kind, identity, medium, trackNumber);
    const fileKey = (): string => (trackNumber === 1 ? `${kind}:${identity}` : seat);
    const isFree = (): boolean => !this.#taken.has(seat) && canHold(fileKey());
    while (!isFree() || kept > 0) {
      if (isFree()) kept -= 1;
      trackNumber += 1;
      seat = seatName(kind, identity, medium, trackNumber);
    }
    const place = {
      subject: { identity, participantName, kind, trackNumber },
      fileKey: fileKey(),
      seat,
      givenAtMs: nowMs,
    } as const;
    this.#taken.add(seat);
    this.#places.set(track, place);
    return place;
  }

  /** How many of its kind were published before it, and have had no place yet. */
  #awaitedBefore({ info }: Track, publications: Publications): number {
    const before = publications.slice(0, Math.max(0, publications.findIndex(isThat(info))));
    const came = this.#came.get(info.identity);
    return before.filter(
      ({ isMissing = false, isRoleDeclared, needsKey, role, trackSid }) =>
        role === info.role &&
        isRoleDeclared === info.isRoleDeclared &&
        !needsKey &&
        !isMissing &&
        came?.has(trackSid) !== true,
    ).length;
  }

  #noteCame({ identity, trackSid }: PublicationInfo, publications: Publications): void {
    const before = this.#came.get(identity);
    const still = publications.filter((one) => before?.has(one.trackSid)).map((one) => one.trackSid);
    this.#came.set(identity, new Set([...still, trackSid]));
  }

  /**
   * Who republishes a track may be heard of before the old one has ended: a track that came a moment ago, and has a file
   * of its own only because of this one, which ends now.
   *
   * @param nowMs on the take's timeline
   */
  successorOf(track: Track, nowMs: number): Track | undefined {
    const place = this.#places.get(track);
    if (place === undefined) return undefined;
    const { identity, isRoleDeclared, role } = track.info;
    for (const [other, { givenAtMs, subject }] of this.#places) {
      const isOfKind =
        other.info.identity === identity &&
        other.info.role === role &&
        other.info.isRoleDeclared === isRoleDeclared;
      const isBehind = subject.trackNumber > place.subject.trackNumber;
      if (isOfKind && isBehind && nowMs - givenAtMs <= lateEndMs) return other;
    }
    return undefined;
  }

  /** A track of unknown source that has to leave the first place to this one, which says what it is; undefined where none has it. */
  displacedBy(track: Track): Track | undefined {
    const { identity, isRoleDeclared, kind: medium } = track.info;
    if (!isRoleDeclared || this.#places.has(track)) return undefined;
    const first = seatName(kindOf(track), identity, medium, 1);
    const [other] = [...this.#places].find(([, { seat }]) => seat === first) ?? [];
    return other?.info.isRoleDeclared === false ? other : undefined;
  }

  /** The tracks that have a place in a file. */
  tracksIn(fileKey: string): Track[] {
    return [...this.#places].flatMap(([track, place]) => (place.fileKey === fileKey ? [track] : []));
  }

  /** The track has ended: the next one of its kind may have its place. */
  free(track: Track): void {
    const place = this.#places.get(track);
    if (place === undefined) return;
    this.#places.delete(track);
    this.#taken.delete(place.seat);
  }
}

const isThat =
  ({ trackSid }: Pick<PublicationInfo, 'trackSid'>) =>
  (one: Pick<PublicationInfo, 'trackSid'>): boolean =>
    one.trackSid === trackSid;

function kindOf({ info: { role } }: PlacedTrack): SinkSubject['kind'] {
  return role === 'screenShare' || role === 'screenShareAudio' ? 'screenShare' : 'participant';
}

/** Identities may hold anything: they come last. */
function seatName(kind: string, identity: string, medium: string, trackNumber: number): string {
  return `${kind}/${medium}/${trackNumber}:${identity}`;
}
