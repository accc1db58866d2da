import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClipCache } from '../clip/clip-cache.js';
import { clipBitrateBps } from '../clip/clip-spec.js';
import type { VideoClip } from '../clip/video-clip.js';
import { labNowMs } from '../pattern/lab-clock.js';
import type { PacketPacer } from '../rtp/packet-pacer.js';
import type { PublishedSource, PublishedTrack, RtpPublisher } from '../rtp/rtp-publisher.js';
import { ClipCamera, type SlotListener } from './clip-camera.js';
import type { MemberVideo } from './member-actions.js';

/**
 * Between the last packet and the message that ends or mutes the track, and between the one that opens it and
 * the first packet: the two take different ways, and what comes in the wrong order is lost.
 */
const settleMs = 100;

export interface ClipVideoTrackOptions {
  /** Where a clip of another size comes from. */
  readonly clips: ClipCache;
  readonly clip: VideoClip;
  readonly source: PublishedSource;
  readonly pacer: PacketPacer;
  readonly listener: SlotListener;
}

/** A camera or screen of a participant, published or not. */
export class ClipVideoTrack implements MemberVideo<RtpPublisher> {
  readonly #options: ClipVideoTrackOptions;
  readonly #camera: ClipCamera;
  #clip: VideoClip;
  #published: { readonly publisher: RtpPublisher; readonly track: PublishedTrack } | undefined;
  #isMuted = false;
  #isFrozen = false;

  constructor(options: ClipVideoTrackOptions) {
    this.#options = options;
    this.#clip = options.clip;
    this.#camera = new ClipCamera(options.clip, randomInt(2 ** 15), options.listener);
    options.pacer.add(this.#camera);
  }

  /** What sends the frames. The track owns it: only its figures are for others. */
  get camera(): ClipCamera {
    return this.#camera;
  }

  /**
   * Publishes the track; frames follow 100 ms later at the earliest. One that was muted when its connection
   * was lost is muted again.
   *
   * @throws PlateauError `serverUnreachable`, `connectionLost`
   */
  async publish(publisher: RtpPublisher): Promise<void> {
    const { codec, spec } = this.#clip;
    const track = await publisher.publish({
      source: this.#options.source,
      codec,
      size: { width: spec.width, height: spec.height },
      bitrateBps: clipBitrateBps(spec),
    });
    this.#published = { publisher, track };
    if (this.#isMuted) publisher.setMuted(track, true);
    this.#pace();
  }

  /**
   * Sends up to the next key frame, within a second, then takes the track out of the room. Does nothing
   * when it is not published.
   *
   * @throws PlateauError `serverUnreachable`, `connectionLost`
   */
  async unpublish(): Promise<void> {
    const published = this.#published;
    if (published === undefined) return;
    await this.#restWhole();
    this.forget();
    this.#isMuted = false;
    await published.publisher.unpublish(published.track);
  }

  /** The connection is gone and the track with it. */
  forget(): void {
    this.#published = undefined;
    this.#camera.forget();
    this.#options.pacer.rearm();
  }

  /**
   * Mutes the track at the next key frame, within a second, or opens it at once. Resolves when the server
   * was told, without an answer of it.
   *
   * @throws Error when the track is not published
   */
  async setMuted(isMuted: boolean): Promise<void> {
    const published = this.#published;
    if (published === undefined) throw new Error('The video track is not published.');
    this.#isMuted = isMuted;
    // With the second's last frame: the first one after the pause has to be a key frame.
    if (isMuted) await this.#restWhole();
    published.publisher.setMuted(published.track, isMuted);
    this.#pace();
  }

  /** Stops the frames, or lets them go on, without a word to the server: as a camera that hangs. */
  setFrozen(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    this.#pace();
  }

  /** Sends twice the frames that the clip's rate asks for, or ends that. */
  setFlooding(isFlooding: boolean): void {
    this.#camera.setFlooding(isFlooding, labNowMs());
    this.#options.pacer.rearm();
  }

  /** Resolves when the other size is being sent. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
  async resize(width: number, height: number): Promise<void> {
    const clip = await this.#options.clips.video({ ...this.#clip.spec, width, height });
    this.#clip = clip;
    await this.#camera.changeClip(clip);
  }

  /** Takes the camera from its pacer. */
  close(): void {
    this.forget();
    this.#options.pacer.remove(this.#camera);
  }

  async #restWhole(): Promise<void> {
    await this.#camera.restAtKeyFrame();
    await wait(settleMs);
  }

  #pace(): void {
    const published = this.#published;
    if (published !== undefined && !this.#isMuted && !this.#isFrozen) {
      this.#camera.start(published.track.sender, labNowMs() + settleMs);
    } else {
      this.#camera.rest();
    }
    this.#options.pacer.rearm();
  }
}
