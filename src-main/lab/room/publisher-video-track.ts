import { DegradationPreference, VideoEncoding } from '@livekit/rtc-ffi-bindings';
import {
  type LocalParticipant,
  LocalVideoTrack,
  TrackPublishOptions,
  type TrackSource,
  VideoBufferType,
  VideoCodec,
  VideoFrame,
  VideoSource,
} from '@livekit/rtc-node';
import { labNowMs } from '../pattern/lab-clock.js';
import { TestPattern } from '../pattern/test-pattern.js';
import { isInMark } from '../pattern/test-tone.js';
import type { MemberVideo } from './member-actions.js';
import { PacedSlots } from './paced-slots.js';
import type { VideoSpec } from './participant-spec.js';
import type { PublisherCounters } from './publisher-counters.js';
import { Lateness, type LatenessFigures } from './publisher-lateness.js';
import { setTrackMuted } from './publisher-track-mute.js';
import type { SlotOwner } from './slot-log.js';

/** Twice the rate of its camera: what a recorder has planned for does not hold. */
const floodFactor = 2;

export interface PublisherVideoTrackOptions {
  readonly spec: VideoSpec;
  /** Whose slots these are, for the log of late ones. */
  readonly owner: SlotOwner;
  readonly source: TrackSource;
  readonly name: string;
  readonly hue: number;
  readonly counters: PublisherCounters;
}

/** A camera or a screen: paints synthetic frames on the clock's slots while it is published and on. */
export class PublisherVideoTrack implements MemberVideo<LocalParticipant> {
  readonly #options: PublisherVideoTrackOptions;
  readonly #lateness = new Lateness();
  #frame: TestPattern;
  #slots: PacedSlots;
  #published:
    { track: LocalVideoTrack; source: VideoSource; sid: string; owner: LocalParticipant } | undefined;
  #counter = 0;
  #isMuted = false;
  #isFrozen = false;

  constructor(options: PublisherVideoTrackOptions) {
    this.#options = options;
    this.#frame = this.#paintedAt(options.spec.width, options.spec.height);
    this.#slots = this.#slotsAt(options.spec.fps);
  }

  /**
   * Frames that were painted and handed to WebRTC since the track was made, and so the number of the next
   * one.
   */
  get framesCaptured(): number {
    return this.#counter;
  }

  /** How punctual the frames were since the track was made. */
  get lateness(): LatenessFigures {
    return this.#lateness.figures;
  }

  /**
   * Publishes the track, open, and begins with the next slot. WebRTC encodes the frames, and drops one that
   * comes while it has no time for it.
   *
   * @throws Error when the server refuses the track, or gives it no id
   */
  async publish(owner: LocalParticipant): Promise<void> {
    const { spec, source: trackSource } = this.#options;
    const source = new VideoSource(this.#frame.widthPx, this.#frame.heightPx);
    const track = LocalVideoTrack.createVideoTrack(this.#options.name, source);
    const publication = await owner.publishTrack(
      track,
      new TrackPublishOptions({
        source: trackSource,
        simulcast: spec.simulcast,
        ...(spec.temporalLayers > 1 ? { scalabilityMode: `L1T${spec.temporalLayers}` } : {}),
        videoCodec: spec.codec === 'h264' ? VideoCodec.H264 : VideoCodec.VP8,
        // Room for a flood: a lower limit would make WebRTC drop what the test wants to be sent.
        videoEncoding: new VideoEncoding({
          maxBitrate: BigInt(spec.bitrateKbps) * 1000n,
          maxFramerate: spec.fps * floodFactor,
        }),
        // The resolution changes when a test says so, never because this machine is busy.
        degradationPreference: DegradationPreference.MAINTAIN_RESOLUTION,
      }),
    );
    if (publication.sid === undefined) throw new Error('The server gave the video track no id.');
    this.#published = { track, source, sid: publication.sid, owner };
    this.#isMuted = false;
    this.#pace();
  }

  /**
   * Stops the frames, takes the track out of the room and frees it. Does nothing when it is not published.
   */
  async unpublish(): Promise<void> {
    const published = this.#published;
    if (published === undefined) return;
    this.forget();
    await published.owner.unpublishTrack(published.sid);
    await published.track.close();
  }

  /** The connection is gone and the track with it. */
  forget(): void {
    this.#published = undefined;
    this.#pace();
  }

  /**
   * Mutes the track as a camera button does, or opens it; no frame is painted while it is muted.
   *
   * @throws Error when the track is not published
   */
  setMuted(isMuted: boolean): void {
    if (this.#published === undefined) throw new Error('The video track is not published.');
    this.#isMuted = isMuted;
    // Off: frames stop first, on: the track opens first; otherwise WebRTC would send black ones.
    if (isMuted) this.#pace();
    setTrackMuted(this.#published.track, isMuted);
    this.#pace();
  }

  /** Stops the frames, or lets them go on, without a word to the server: as a camera that hangs. */
  setFrozen(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    this.#pace();
  }

  /** Paints twice the frames that the rate of the track asks for, or ends that. */
  setFlooding(isFlooding: boolean): void {
    this.#slots.stop();
    this.#slots = this.#slotsAt(this.#options.spec.fps * (isFlooding ? floodFactor : 1));
    this.#pace();
  }

  /** Paints this size from the next frame on. The track stays the same, and its numbers go on. */
  resize(widthPx: number, heightPx: number): void {
    this.#frame = this.#paintedAt(widthPx, heightPx);
  }

  #pace(): void {
    if (this.#published !== undefined && !this.#isMuted && !this.#isFrozen) this.#slots.start();
    else this.#slots.stop();
  }

  #paintedAt(widthPx: number, heightPx: number): TestPattern {
    const { name, hue } = this.#options;
    return new TestPattern({ widthPx, heightPx, name, hue });
  }

  #slotsAt(fps: number): PacedSlots {
    return new PacedSlots(1000 / fps, (slotMs, skipped) => this.#capture(slotMs, skipped));
  }

  #capture(slotMs: number, skipped: number): void {
    const published = this.#published;
    if (published === undefined) return;
    this.#lateness.noteDropped(skipped);
    this.#lateness.noteSlot(labNowMs() - slotMs);
    const { counters, owner } = this.#options;
    counters.slotLog.leftOut(owner, slotMs, skipped, this.#slots.periodMs);
    const startedMs = performance.now();
    const { widthPx, heightPx } = this.#frame;
    const i420 = this.#frame.paint({
      counter: this.#counter,
      isFlash: isInMark(slotMs),
      secondPhase: (slotMs % 1000) / 1000,
    });
    counters.slotLog.served(owner, slotMs);
    // Copied by the call: the frame may be painted over right after it. Nothing piles up behind it either:
    // WebRTC's encoder drops a frame while the one before is being encoded.
    published.source.captureFrame(new VideoFrame(i420, widthPx, heightPx, VideoBufferType.I420));
    this.#counter += 1;
    counters.addFrame(performance.now() - startedMs, skipped);
  }
}
