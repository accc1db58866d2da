import { type AudioClip, opusPacketMs } from '../clip/audio-clip.js';
import type { PacedSource } from '../rtp/packet-pacer.js';
import type { RtpSender } from '../rtp/rtp-sender.js';
import type { SlotListener } from './clip-camera.js';
import { Lateness, type LatenessFigures } from './publisher-lateness.js';

/** Late packets up to this are sent after all, older ones never; the stamps of what follows do not shift. */
const maxLateMs = 500;

/** A microphone that plays a clip into a sender. To be run by a pacer, which is rearmed after each call. */
export class ClipMicrophone implements PacedSource {
  readonly #clip: AudioClip;
  readonly #listener: SlotListener;
  readonly #lateness = new Lateness();
  #sender: RtpSender | undefined;
  #nextSlot = 0;

  constructor(clip: AudioClip, listener: SlotListener) {
    this.#clip = clip;
    this.#listener = listener;
  }

  /** How punctual the packets of 20 ms were since the microphone was made. */
  get lateness(): LatenessFigures {
    return this.#lateness.figures;
  }

  /** When the next packet is due, on the lab's clock; Infinity while the microphone rests. */
  get nextDueMs(): number {
    return this.#sender === undefined ? Infinity : this.#nextSlot * opusPacketMs;
  }

  /** Plays into this sender, from the first whole multiple of 20 ms after `afterMs` on the lab's clock. */
  start(sender: RtpSender, afterMs: number): void {
    this.#sender = sender;
    this.#nextSlot = Math.floor(afterMs / opusPacketMs) + 1;
  }

  /** Sends nothing more until the next {@link start}. Idempotent. */
  rest(): void {
    this.#sender = undefined;
  }

  /**
   * Sends every packet that is due, in order, up to 500 ms late. Older ones are dropped and counted; each
   * packet keeps the time stamp of its own moment.
   */
  run(nowMs: number): void {
    const oldest = Math.ceil((nowMs - maxLateMs) / opusPacketMs);
    if (this.#nextSlot < oldest) {
      const dropped = oldest - this.#nextSlot;
      this.#lateness.noteDropped(dropped);
      this.#listener.leftOut(oldest * opusPacketMs, dropped, opusPacketMs);
      this.#nextSlot = oldest;
    }
    while (this.nextDueMs <= nowMs) {
      const slotMs = this.nextDueMs;
      this.#lateness.noteSlot(nowMs - slotMs);
      this.#listener.served(slotMs, nowMs);
      this.#sender?.send(this.#clip.packetAt(this.#nextSlot), slotMs, false);
      this.#nextSlot += 1;
    }
  }
}
