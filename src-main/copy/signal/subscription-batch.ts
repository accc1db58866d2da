import { ParticipantTracks, UpdateSubscription, UpdateTrackSettings, VideoQuality } from '@livekit/protocol';
import type { Publication } from './publications.js';
import type { RequestMessage } from './signal-connection.js';

/** Each subscription renegotiates: 24 tracks are 80 kB of session description. What comes this close is one. */
const gatherMs = 150;

/**
 * Gathers subscriptions, so that many tracks are asked for at once; of video the top layer is asked for. The owner calls
 * {@link stop}.
 */
export class SubscriptionBatch {
  readonly #send: (message: RequestMessage) => void;
  readonly #wanted = new Map<string, Publication>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (message: RequestMessage) => void) {
    this.#send = send;
  }

  /** Subscribes within 150 ms. */
  add(publication: Publication): void {
    this.#wanted.set(publication.sid, publication);
    this.#timer ??= setTimeout(() => {
      this.#flush();
    }, gatherMs);
  }

  /** One that was unpublished meanwhile is not asked for. */
  remove(sid: string): void {
    this.#wanted.delete(sid);
  }

  /** Asks for nothing that has not been asked for yet. Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted.clear();
  }

  #flush(): void {
    const publications = [...this.#wanted.values()];
    this.stop();
    if (publications.length === 0) return;
    this.#send({ case: 'subscription', value: subscriptionTo(publications) });
    const videos = publications.filter(({ kind }) => kind === 'video');
    if (videos.length > 0) this.#send(qualityRequest(videos, VideoQuality.HIGH));
  }
}

/** Asks for a layer of these videos. */
export function qualityRequest(videos: readonly Publication[], quality: VideoQuality): RequestMessage {
  const trackSids = videos.map(({ sid }) => sid);
  return { case: 'trackSetting', value: new UpdateTrackSettings({ trackSids, disabled: false, quality }) };
}

/** A subscription to tracks, each under its participant. */
export function subscriptionTo(publications: readonly Publication[]): UpdateSubscription {
  const byParticipant = new Map<string, string[]>();
  for (const { participantSid, sid } of publications) {
    byParticipant.set(participantSid, [...(byParticipant.get(participantSid) ?? []), sid]);
  }
  return new UpdateSubscription({
    trackSids: publications.map(({ sid }) => sid),
    subscribe: true,
    participantTracks: [...byParticipant].map(
      ([participantSid, trackSids]) => new ParticipantTracks({ participantSid, trackSids }),
    ),
  });
}
