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

  get lateness(): LatenessFigures {
    return this.#lateness.figures;
  }

  get nextDueMs(): number {
    return this.#sender === undefined ? Infinity : this.#nextSlot * opusPacketMs;
  }

  start(sender: RtpSender, afterMs: number): void {
    this.#sender = sender;
    this.#nextSlot = Math.floor(afterMs / opusPacketMs) + 1;
  }

  rest(): void {
    this.#sender = undefined;
  }

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
