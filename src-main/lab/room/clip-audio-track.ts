import type { AudioClip } from '../clip/audio-clip.js';
import { labNowMs } from '../pattern/lab-clock.js';
import type { PacketPacer } from '../rtp/packet-pacer.js';
import type { PublishedTrack, RtpPublisher } from '../rtp/rtp-publisher.js';
import type { SlotListener } from './clip-camera.js';
import { ClipMicrophone } from './clip-microphone.js';
import type { MemberMicrophone } from './member-actions.js';
import type { LatenessFigures } from './publisher-lateness.js';

/** What the server is told, for its estimates: packets have the clip's own size. */
const audioBitrateBps = 64_000;

export interface ClipAudioTrackOptions {
  readonly clip: AudioClip;
  readonly pacer: PacketPacer;
  readonly listener: SlotListener;
}

/** A microphone of a participant, published or not. */
export class ClipAudioTrack implements MemberMicrophone<RtpPublisher> {
  readonly #pacer: PacketPacer;
  readonly #microphone: ClipMicrophone;
  #published: { readonly publisher: RtpPublisher; readonly track: PublishedTrack } | undefined;
  #isMuted = false;

  constructor({ clip, pacer, listener }: ClipAudioTrackOptions) {
    this.#pacer = pacer;
    this.#microphone = new ClipMicrophone(clip, listener);
    pacer.add(this.#microphone);
  }

  /** How punctual its packets were since it was made. */
  get lateness(): LatenessFigures {
    return this.#microphone.lateness;
  }

  /**
   * Publishes the track as Opus. One that was muted when its connection was lost is muted again.
   *
   * @throws PlateauError `serverUnreachable`, `connectionLost`
   */
  async publish(publisher: RtpPublisher): Promise<void> {
    const track = await publisher.publish({
      source: 'microphone',
      codec: 'opus',
      bitrateBps: audioBitrateBps,
    });
    this.#published = { publisher, track };
    if (this.#isMuted) publisher.setMuted(track, true);
    this.#pace();
  }

  /**
   * Takes the track out of the room. Does nothing when it is not published.
   *
   * @throws PlateauError `serverUnreachable`, `connectionLost`
   */
  async unpublish(): Promise<void> {
    const published = this.#published;
    if (published === undefined) return;
    this.forget();
    this.#isMuted = false;
    await published.publisher.unpublish(published.track);
  }

  /** The connection is gone and the track with it. */
  forget(): void {
    this.#published = undefined;
    this.#pace();
  }

  /** Mutes as a client's button does: the packets end too. @throws Error when the track is not published */
  setMuted(isMuted: boolean): void {
    if (this.#published === undefined) throw new Error('The microphone is not published.');
    this.#isMuted = isMuted;
    this.#published.publisher.setMuted(this.#published.track, isMuted);
    this.#pace();
  }

  #pace(): void {
    if (this.#published === undefined || this.#isMuted) this.#microphone.rest();
    else this.#microphone.start(this.#published.track.sender, labNowMs());
    this.#pacer.rearm();
  }
}
