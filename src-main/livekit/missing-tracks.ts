import { PlateauError } from '../contract/errors.js';
import { roleWords } from '../contract/track-roles.js';
import { leastOnMs, type TrackOnset } from '../pipeline/track-onset.js';
import { HandOverWait } from './hand-over-wait.js';
import type { PublicationInfo } from './publication-info.js';

/** A server hands a track over within some hundred milliseconds; what takes longer has a reason. */
const handOverMs = 2_500;
/** The end of a track may be heard of so much later than that it cannot be subscribed, in milliseconds. */
const endedGraceMs = 1_000;

/** A track that is published, is to be recorded, and is not received. */
export interface MissingTrack {
  readonly info: PublicationInfo;
  /** Why: `trackWithheld`, `encryptedTrack`, or `subscriptionFailed` of one that has ended meanwhile. */
  readonly error: PlateauError;
  /** How long it had been waited for when that was told, in milliseconds. */
  readonly awaitedMs: number;
}

/** How a track was handed over that had been asked for. */
export interface HandOver {
  /** It was told by `onTrackMissing` before. */
  readonly wasMissing: boolean;
  /** So long it had been on by then, as {@link HandOverWait.lateMs} says; 0 of one that was told, or had been received before. */
  readonly lateMs: number;
  /** Of one of which nothing is told yet: how late the first of it comes. */
  readonly onset: TrackOnset | null;
}

/** Who is told of them. */
export interface MissingTracksListener {
  /** Once for each track. */
  onTrackMissing(missing: MissingTrack): void;
  /** It is published no more. @param wasTold false of one that was taken a moment ago: it had ended */
  onMissingEnded(info: PublicationInfo, wasTold: boolean): void;
}

interface Awaited {
  readonly info: PublicationInfo;
  readonly timer: NodeJS.Timeout;
  readonly wait: HandOverWait;
  /** It had been received before: when it ends now, nothing is missing. */
  readonly wasReceived: boolean;
}

/** What is known of the tracks that were asked for and did not come; one timer for each that is waited for. */
export class MissingTracks {
  readonly #listener: MissingTracksListener;
  readonly #mayReceive: () => boolean;
  readonly #waiting = new Map<string, Awaited>();
  readonly #missing = new Map<string, MissingTrack>();
  /** Those of them that the recorder was not allowed to have any more. */
  readonly #forbidden = new Set<string>();
  /** Failures that may yet turn out to be those of tracks that ended: one timer each. */
  readonly #doubts = new Set<NodeJS.Timeout>();

  /** @param mayReceive whether the server lets the recorder subscribe at the moment */
  constructor(listener: MissingTracksListener, mayReceive: () => boolean) {
    this.#listener = listener;
    this.#mayReceive = mayReceive;
  }

  /** Those that are missing now. */
  get all(): readonly MissingTrack[] {
    return [...this.#missing.values()];
  }

  /** A track was asked for: it has to come, or it is missing. */
  expect(info: PublicationInfo): void {
    this.#await(info, 0, handOverMs, false);
  }

  /** A track is encrypted end to end, and the recorder has no key for it. */
  encrypted(info: PublicationInfo): void {
    if (!this.#missing.has(info.trackSid)) this.#add(info, keyMissing(info), 0);
  }

  /**
   * It was received, and the server has taken it away, or given its receiver to another one. That it has ended may be heard of a
   * moment later.
   *
   * @param awaitedMs for how long nothing of it has come
   */
  taken(info: PublicationInfo, awaitedMs = 0): void {
    this.#await(info, awaitedMs, Math.max(endedGraceMs, handOverMs - awaitedMs), true);
  }

  /** It was received, and the recorder may not subscribe any more. @param awaitedMs for how long nothing of it has come */
  forbidden(info: PublicationInfo, awaitedMs: number): void {
    clearTimeout(this.#waiting.get(info.trackSid)?.timer);
    this.#waiting.delete(info.trackSid);
    this.#forbidden.add(info.trackSid);
    if (!this.#missing.has(info.trackSid)) this.#add(info, notAllowed(info, 'server', true), awaitedMs);
  }

  /** Whether one is missing that the recorder was not allowed to have any more. */
  get hasForbidden(): boolean {
    return this.#forbidden.size > 0;
  }

  /** Whether it is missing now, or waited for. */
  has(trackSid: string): boolean {
    return this.#missing.has(trackSid) || this.#waiting.has(trackSid);
  }

  /** It has ended. When it was on for more than a moment and had not come by then, that is told: nothing of it is recorded. */
  ended(trackSid: string): void {
    const awaited = this.#waiting.get(trackSid);
    const missing = this.#missing.get(trackSid);
    this.settle(trackSid);
    if (missing !== undefined) this.#listener.onMissingEnded(missing.info, true);
    else if (awaited?.wasReceived === true) this.#listener.onMissingEnded(awaited.info, false);
    if (awaited?.wasReceived !== false) return;
    const { onMs, waitedMs } = awaited.wait;
    if (onMs >= leastOnMs)
      this.#listener.onTrackMissing({
        info: awaited.info,
        error: endedBefore(awaited.info, waitedMs),
        awaitedMs: waitedMs,
      });
  }

  /** A take ends: what is waited for is in no file of it. What was on for a moment has sent next to nothing. */
  tellUnanswered(): void {
    for (const { info, timer, wait, wasReceived } of [...this.#waiting.values()]) {
      if (wasReceived || wait.onMs < leastOnMs) continue;
      clearTimeout(timer);
      this.#waiting.delete(info.trackSid);
      this.#add(info, notYet(info, wait.waitedMs), wait.waitedMs);
    }
  }

  /** One that is waited for was turned off by its owner, or on. */
  muted(trackSid: string, isMuted: boolean): void {
    this.#waiting.get(trackSid)?.wait.muted(isMuted);
  }

  /** A track has come: it is waited for no longer. @returns how it was handed over */
  came(trackSid: string): HandOver {
    const awaited = this.#waiting.get(trackSid);
    const wait = awaited?.wasReceived === false ? awaited.wait : null;
    const lateMs = wait?.lateMs ?? 0;
    return { wasMissing: this.settle(trackSid), lateMs, onset: lateMs > 0 ? null : (wait?.onset ?? null) };
  }

  /** It is not waited for any more. @returns whether it had been missing */
  settle(trackSid: string): boolean {
    clearTimeout(this.#waiting.get(trackSid)?.timer);
    this.#waiting.delete(trackSid);
    this.#forbidden.delete(trackSid);
    return this.#missing.delete(trackSid);
  }

  /** The connection is gone: nothing is waited for, and nothing is known any more. */
  clear(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#missing.clear();
    this.#forbidden.clear();
  }

  /** A track could not be subscribed, or had ended. @param tell called a while later, when it is still missing then */
  doubt(isMissing: () => boolean, tell: () => void): void {
    if (!isMissing()) return;
    const timer = setTimeout(() => {
      this.#doubts.delete(timer);
      if (isMissing()) tell();
    }, endedGraceMs);
    this.#doubts.add(timer);
  }

  /** As {@link MissingTracks.clear}; and of what is in doubt nothing is told any more. */
  close(): void {
    this.clear();
    for (const doubt of this.#doubts) clearTimeout(doubt);
    this.#doubts.clear();
  }

  #await(info: PublicationInfo, awaitedMs: number, patienceMs: number, wasReceived: boolean): void {
    const { trackSid } = info;
    if (this.#waiting.has(trackSid) || this.#missing.has(trackSid)) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(trackSid);
      const error = (wasReceived ? takenAway : withheld)(info, this.#mayReceive() ? null : 'server');
      this.#add(info, error, awaitedMs + patienceMs);
    }, patienceMs);
    this.#waiting.set(trackSid, { info, timer, wait: new HandOverWait(info.isMuted), wasReceived });
  }

  #add(info: PublicationInfo, error: PlateauError, awaitedMs: number): void {
    const missing = { info, error, awaitedMs };
    this.#missing.set(info.trackSid, missing);
    this.#listener.onTrackMissing(missing);
  }
}

/** Whoever keeps a track from being received: who runs the room (`canSubscribe`), or its publisher. */
type Withholder = 'owner' | 'server';
type Subject = Pick<PublicationInfo, 'identity' | 'role'>;

/**
 * It was never received. The SDK does not pass on whom a publisher lets subscribe, nor what a server says of it: without that this is by
 * elimination.
 *
 * @param by who is known not to let the recorder have it; null when nobody is
 */
export function withheld(subject: Subject, by: Withholder | null): PlateauError {
  if (by !== null) return notAllowed(subject, by, false);
  const { identity, role } = subject;
  return new PlateauError(
    'trackWithheld',
    `The ${roleWords[role]} of ${identity} is not received: it is published, and was not handed over within ${handOverMs / 1000} s. Either ${identity} does not allow the recorder to subscribe to it, the server cannot deliver it, or this machine or the line is too busy.`,
    `Ask ${identity} to allow it (track subscription permissions), use a token with the grant recorder, which the server exempts from them, or check the codec.`,
  );
}

/** It was received and is published still, and nothing of it comes any more. @param by as {@link withheld} says */
export function takenAway(subject: Subject, by: Withholder | null): PlateauError {
  if (by !== null) return notAllowed(subject, by, true);
  const { identity, role } = subject;
  return new PlateauError(
    'trackWithheld',
    `The ${roleWords[role]} of ${identity} is not received any more: it is published, and the server has taken it away. Either ${identity} does not allow the recorder to subscribe to it any more, somebody who runs the room ended that, or it is of a codec that cannot be received to be encoded (H.265).`,
    `${askOwner(identity)} Copy mode records H.265 as it is sent.`,
  );
}

function notAllowed({ identity, role }: Subject, by: Withholder, wasReceived: boolean): PlateauError {
  const what = `The ${roleWords[role]} of ${identity} is not received${wasReceived ? ' any more' : ''}`;
  return by === 'owner'
    ? new PlateauError(
        'trackWithheld',
        `${what}: ${identity} does not allow the recorder to subscribe to it${wasReceived ? ' any more' : ''}.`,
        askOwner(identity),
      )
    : new PlateauError(
        'trackWithheld',
        `${what}: the server does not let this recorder subscribe any more (canSubscribe).`,
        'Ask whoever runs the room to give the permission back: its tracks are recorded again from then on.',
      );
}

function askOwner(identity: string): string {
  return `Ask ${identity} to allow it (track subscription permissions), or use a token with the grant recorder, which the server exempts from them.`;
}

function notYet({ identity, role }: PublicationInfo, waitedMs: number): PlateauError {
  return new PlateauError(
    'trackWithheld',
    `The ${roleWords[role]} of ${identity} is not recorded: it had been published for ${(waitedMs / 1000).toFixed(1)} s and was not handed over yet when the take ended.`,
    'The server, the network or this machine was busy. What it sent is in no file.',
  );
}

/** It was handed over after all. @param lateMs so long it had been on by then */
export function handedOverLate({ identity, role }: Subject, lateMs: number): PlateauError {
  return new PlateauError(
    'trackWithheld',
    `The ${roleWords[role]} of ${identity} was handed over late: it had been on for ${(lateMs / 1000).toFixed(1)} s, and what it sent before is in no file.`,
    'The server, the network or this machine was busy.',
  );
}

function endedBefore({ identity, role }: PublicationInfo, waitedMs: number): PlateauError {
  return new PlateauError(
    'subscriptionFailed',
    `The ${roleWords[role]} of ${identity} is not recorded: it was published for ${(waitedMs / 1000).toFixed(1)} s and ended before the server had handed it over.`,
    'The server, the network or this machine was busy. What it sent is in no file.',
  );
}

/** A track is encrypted end to end, and there is no key for it. */
export function keyMissing({ identity, role }: Pick<PublicationInfo, 'identity' | 'role'>): PlateauError {
  return new PlateauError(
    'encryptedTrack',
    `The ${roleWords[role]} of ${identity} is end-to-end encrypted and needs a key: it is not recorded.`,
    'Set LIVEKIT_E2EE_KEY, give --e2ee-key-file, or enter the encryption key when you connect (docs/encryption.md).',
  );
}

/** Those of them that no key is there for, which is known before anything is subscribed to. */
export function withoutKey(
  publications: readonly PublicationInfo[],
): readonly Pick<MissingTrack, 'error' | 'info'>[] {
  return publications.filter(({ needsKey }) => needsKey).map((info) => ({ info, error: keyMissing(info) }));
}

/** The SDK could not subscribe a track. @param reason in its words, where it has any */
export function subscriptionFailed(
  identity: string,
  trackSid: string,
  reason: string | undefined,
): PlateauError {
  return new PlateauError(
    'subscriptionFailed',
    `A track of ${identity} (${trackSid}) could not be subscribed${reason === undefined ? '' : `: ${reason}`}.`,
    'The publisher’s codec may not be supported by the server or this recorder.',
  );
}
