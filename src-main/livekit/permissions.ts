import type { Room } from '@livekit/rtc-node';
import { type PublicationInfo, rolesOfSources } from './publication-info.js';

/** The server ends a track a moment before the SDK has its owner's new permissions. */
const heardWithinMs = 1_500;
/** A server that gives the permission back hands the tracks over again within some hundred milliseconds. */
const givenBackMs = 3_000;
/** Tracks that may end within that. */
const maxEnded = 100;

type Publication = Pick<PublicationInfo, 'identity' | 'isRoleDeclared' | 'role' | 'trackSid'>;

/** What the server allows at the moment. */
export interface Permissions {
  /** Whether the recorder may subscribe. */
  readonly mayReceive: () => boolean;
  /** Whether somebody may publish that; true of who is not there. */
  readonly mayPublish: (publication: Publication) => boolean;
}

/** Reads what the SDK keeps of them: rtc-node tells of no change (1.1.0). @param room null while there is none */
export function permissionsIn(room: () => Room | null): Permissions {
  return {
    mayReceive: () => room()?.localParticipant?.info.permission?.canSubscribe !== false,
    mayPublish: ({ identity, isRoleDeclared, role }) => {
      const permission = room()?.remoteParticipants.get(identity)?.info.permission;
      if (permission === undefined) return true;
      const { canPublish, canPublishSources: allowed } = permission;
      if (canPublish === false) return false;
      return (
        allowed.length === 0 || !isRoleDeclared || allowed.some((source) => rolesOfSources[source] === role)
      );
    },
  };
}

/** Looks for permissions that were withdrawn from those who have them: nobody else says why their tracks end. */
export class PermissionWatch<Track extends { readonly info: Publication }> {
  readonly #permissions: Permissions;
  readonly #onPublishingForbidden: (track: Track['info']) => void;
  readonly #onGivenBack: () => void;
  /** Those that ended a moment ago. */
  #ended: { readonly info: Track['info']; readonly atMs: number }[] = [];
  /** When the recorder was found to be allowed to subscribe again; null when it is so all along, or not. */
  #givenBackAtMs: number | null = null;
  #mayReceive = true;
  /** Told, and published all the same. */
  readonly #told = new Set<string>();

  /**
   * @param onPublishingForbidden the owner of a track that was received may not publish it any more: once for each
   * @param onGivenBack the recorder has been allowed to subscribe again for a while: what has not come by now does not come
   */
  constructor(
    permissions: Permissions,
    onPublishingForbidden: (track: Track['info']) => void,
    onGivenBack: () => void = () => undefined,
  ) {
    this.#permissions = permissions;
    this.#onPublishingForbidden = onPublishingForbidden;
    this.#onGivenBack = onGivenBack;
  }

  /** A track has ended. @param nowMs of `performance.now` */
  ended(info: Track['info'], nowMs: number): void {
    if (!this.#told.delete(info.trackSid) && this.#ended.length < maxEnded)
      this.#ended.push({ info, atMs: nowMs });
  }

  /**
   * Called a few times a second.
   *
   * @param tracks all that are received
   * @param nowMs of `performance.now`
   * @returns those of which nothing comes any more, for the recorder may not subscribe
   */
  look(tracks: Iterable<Track>, nowMs: number): Track[] {
    const { mayPublish, mayReceive } = this.#permissions;
    this.#ended = this.#ended.filter(({ atMs, info }) => {
      const isForbidden = !mayPublish(info);
      if (isForbidden) this.#onPublishingForbidden(info);
      return !isForbidden && nowMs - atMs < heardWithinMs;
    });
    const received = [...tracks];
    for (const { info } of received) {
      if (mayPublish(info)) this.#told.delete(info.trackSid);
      else if (!this.#told.has(info.trackSid)) {
        this.#told.add(info.trackSid);
        this.#onPublishingForbidden(info);
      }
    }
    this.#judge(mayReceive(), nowMs);
    return this.#mayReceive ? [] : received;
  }

  #judge(mayReceive: boolean, nowMs: number): void {
    if (mayReceive && !this.#mayReceive) this.#givenBackAtMs = nowMs;
    if (!mayReceive) this.#givenBackAtMs = null;
    this.#mayReceive = mayReceive;
    if (this.#givenBackAtMs === null || nowMs - this.#givenBackAtMs < givenBackMs) return;
    this.#givenBackAtMs = null;
    this.#onGivenBack();
  }
}
