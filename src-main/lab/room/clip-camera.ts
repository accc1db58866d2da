import type { VideoClip } from '../clip/video-clip.js';
import { packetizeH264 } from '../rtp/h264-packetizer.js';
import type { PacedSource } from '../rtp/packet-pacer.js';
import type { RtpSender } from '../rtp/rtp-sender.js';
import { Vp8Packetizer } from '../rtp/vp8-packetizer.js';
import { ClipPosition } from './clip-position.js';
import { Lateness, type LatenessFigures } from './publisher-lateness.js';

/** A datagram with RTP's and SRTP's parts stays below 1,250 bytes, which every network carries whole. */
const maxPayloadBytes = 1_180;
/** So many packets of a frame leave at once, the next ones a little later: a key frame is no burst. */
const burstPackets = 4;
const maxBurstGapMs = 5;
/** The share of a frame's time in which all of its packets have left. */
const spreadShare = 0.6;
/** Late frames up to this are sent after all, all others need them; beyond it the clip pauses instead. */
const maxLateMs = 500;
/** Twice the rate that was announced: what a recorder has planned for does not hold. */
const floodRate = 2;

/** `restingAtKeyFrame`: still sending, until the next key frame is due. */
type Mode = 'resting' | 'sending' | 'restingAtKeyFrame';

/** Learns which slots a source serves, and how late. */
export interface SlotListener {
  /** What is due at `slotMs` is sent at `nowMs`. */
  served(slotMs: number, nowMs: number): void;
  /** So many slots right before `slotMs` are never served. */
  leftOut(slotMs: number, count: number, periodMs: number): void;
}

/**
 * A camera or screen that plays a clip into a sender. It sends nothing before {@link start}, and its numbers
 * stand still while it rests. To be run by a pacer, which has to be rearmed after each call.
 */
export class ClipCamera implements PacedSource {
  readonly #listener: SlotListener;
  readonly #lateness = new Lateness();
  readonly #vp8: Vp8Packetizer;
  #clip: VideoClip;
  #nextClip: VideoClip | undefined;
  #position: ClipPosition;
  #sender: RtpSender | undefined;
  #mode: Mode = 'resting';
  #isFlooding = false;
  #framesSent = 0;
  /** Packets of the frame that is being sent, in bursts. */
  #packets: Buffer[] = [];
  #capturedAtMs = 0;
  #burstDueMs = 0;
  #burstGapMs = 0;
  readonly #atKeyFrame = new Set<() => void>();

  constructor(clip: VideoClip, firstPictureId: number, listener: SlotListener) {
    this.#clip = clip;
    this.#position = new ClipPosition(clip.spec.fps);
    this.#vp8 = new Vp8Packetizer(clip.spec.temporalLayers, firstPictureId);
    this.#listener = listener;
  }

  /**
   * How punctual the frames were since the camera was made. A frame counts when it begins to be sent, or is
   * left out.
   */
  get lateness(): LatenessFigures {
    return this.#lateness.figures;
  }

  /** Frames whose last packet has left, since the camera was made. */
  get framesSent(): number {
    return this.#framesSent;
  }

  /** When the next burst or frame is due, on the lab's clock; Infinity while nothing is to be sent. */
  get nextDueMs(): number {
    if (this.#packets.length > 0) return this.#burstDueMs;
    return this.#mode === 'resting' ? Infinity : this.#position.dueMs;
  }

  /** Plays into this sender, from the first moment after `afterMs` that the next frame fits. */
  start(sender: RtpSender, afterMs: number): void {
    this.#sender = sender;
    this.#mode = 'sending';
    this.#position.resume(afterMs);
    if (this.#isFlooding) this.#position.hasten(floodRate);
  }

  /** Sends no further frame. */
  rest(): void {
    this.#mode = 'resting';
    this.#tellAtKeyFrame();
  }

  /** Sends no more from the next key frame on; resolves there: within a second, and at once while it rests. */
  restAtKeyFrame(): Promise<void> {
    if (this.#mode === 'resting') return Promise.resolve();
    this.#mode = 'restingAtKeyFrame';
    return this.#keyFrame();
  }

  /** The track is gone: nothing more is sent, not even the rest of a frame. */
  forget(): void {
    this.rest();
    this.#packets = [];
    this.#sender = undefined;
  }

  /**
   * Goes on with the same number in another clip at the next key frame, and resolves there.
   *
   * @throws TypeError for a clip of another codec or frame rate
   */
  changeClip(clip: VideoClip): Promise<void> {
    if (clip.codec !== this.#clip.codec || clip.spec.fps !== this.#clip.spec.fps) {
      throw new TypeError('A track keeps its codec and its frame rate.');
    }
    if (this.#mode === 'resting') {
      // It goes on with a frame that needs the ones before: in the other clip only a key frame will do.
      if (this.#position.isAtKeyFrame) this.#clip = clip;
      else this.#nextClip = clip;
      return Promise.resolve();
    }
    this.#nextClip = clip;
    return this.#keyFrame();
  }

  /** Twice the frames; its end waits for the moment that fits the next frame. */
  setFlooding(isFlooding: boolean, nowMs: number): void {
    if (isFlooding === this.#isFlooding) return;
    this.#isFlooding = isFlooding;
    if (this.#mode === 'resting') return;
    if (isFlooding) this.#position.hasten(floodRate);
    else this.#position.resume(nowMs);
  }

  /**
   * Sends every burst and frame that is due. Where the next frame is more than 500 ms late, nothing is sent
   * instead: the clip waits for the next moment that fits the frame, and the slots up to there count as
   * left out.
   */
  run(nowMs: number): void {
    while (this.nextDueMs <= nowMs) {
      if (this.#packets.length > 0) this.#sendBurst();
      else this.#beginFrame(nowMs);
    }
  }

  #sendBurst(): void {
    const burst = this.#packets.splice(0, burstPackets);
    for (const [position, packet] of burst.entries()) {
      const isLast = this.#packets.length === 0 && position === burst.length - 1;
      this.#sender?.send(packet, this.#capturedAtMs, isLast);
    }
    this.#burstDueMs += this.#burstGapMs;
    if (this.#packets.length === 0) this.#framesSent += 1;
  }

  #beginFrame(nowMs: number): void {
    if (this.#position.isAtKeyFrame && this.#passKeyFrame()) return;
    const { dueMs, periodMs } = this.#position;
    const lateMs = nowMs - dueMs;
    if (lateMs > maxLateMs) {
      this.#position.resume(nowMs);
      if (this.#isFlooding) this.#position.hasten(floodRate);
      const skipped = Math.round((this.#position.dueMs - dueMs) / periodMs);
      this.#lateness.noteDropped(skipped);
      this.#listener.leftOut(this.#position.dueMs, skipped, periodMs);
      return;
    }
    this.#lateness.noteSlot(lateMs);
    this.#packets = this.#packetsOf(this.#position.index);
    const bursts = Math.ceil(this.#packets.length / burstPackets);
    this.#capturedAtMs = dueMs;
    this.#burstDueMs = dueMs;
    this.#burstGapMs = Math.min(maxBurstGapMs, (spreadShare * periodMs) / bursts);
    this.#position.advance();
    this.#listener.served(dueMs, nowMs);
  }

  /** @returns whether the camera rests from now on */
  #passKeyFrame(): boolean {
    if (this.#nextClip !== undefined) this.#clip = this.#nextClip;
    this.#nextClip = undefined;
    if (this.#mode === 'restingAtKeyFrame') this.#mode = 'resting';
    this.#tellAtKeyFrame();
    return this.#mode === 'resting';
  }

  #packetsOf(index: number): Buffer[] {
    const clip = this.#clip;
    if (clip.codec === 'vp8') {
      const frame = clip.frames[index];
      return frame === undefined ? [] : this.#vp8.packetize(frame, maxPayloadBytes);
    }
    return packetizeH264(clip.frames[index]?.nals ?? [], maxPayloadBytes);
  }

  #keyFrame(): Promise<void> {
    return new Promise((resolve) => this.#atKeyFrame.add(resolve));
  }

  #tellAtKeyFrame(): void {
    for (const tell of this.#atKeyFrame) tell();
    this.#atKeyFrame.clear();
  }
}
