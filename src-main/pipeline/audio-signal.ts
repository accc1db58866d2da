import { signalRules } from '../contract/limits.js';
import type { SignalAlarmKind } from '../contract/signal-alarms.js';
import { isDigitalSilence } from './digital-silence.js';

/** WebRTC was asked this often without a new packet before that means anything: a busy machine answers late. */
const leastAnswers = 3;

/** What is known of an audio track at the moment. */
export interface AudioSignalReading {
  /** Since the last call, in milliseconds; a time in which this process stood still is left out. */
  readonly elapsedMs: number;
  /** It is subscribed, not muted, and its frames flow; null while it is being subscribed anew. */
  readonly isOn: boolean | null;
  /** How often WebRTC has said what it counted. */
  readonly answers: number;
  /** Packets that WebRTC counted; 0 before the first. */
  readonly packets: number;
}

/**
 * Notices an audio track that is on and delivers nothing, or nothing but zeros. WebRTC plays out a frame each 10 ms
 * whatever arrives: only its count of packets tells that nothing does.
 */
export class AudioSignal {
  #frames = 0;
  #sounds = 0;
  #seenFrames = 0;
  #seenSounds = 0;
  #packets = 0;
  #answersAtPacket = 0;
  #withoutPacketsMs = 0;
  #silentMs = 0;
  #hadPackets = false;
  #hadSound = false;

  /** For how long it has been so, for the alarm that {@link AudioSignal.judge} returned, in milliseconds. */
  durationMs = 0;
  /** Whether anything had come before. */
  hadSignal = false;
  /** Whether packets, or sound, have come between the last two calls. */
  isDelivering = false;

  /** Looks at one frame's samples; keeps nothing of it. */
  onPcm(pcm: Uint8Array): void {
    this.#frames += 1;
    if (!isDigitalSilence(pcm)) this.#sounds += 1;
  }

  /** What comes from now on is judged by itself: a take begins, or the track was unmuted. */
  restart(): void {
    this.#withoutPacketsMs = 0;
    this.#silentMs = 0;
    this.#answersAtPacket = Infinity;
    this.#hadPackets = false;
    this.#hadSound = false;
  }

  /** Called a few times a second. @returns what is wrong; null when nothing is */
  judge({ elapsedMs, isOn, answers, packets }: AudioSignalReading): SignalAlarmKind | null {
    const hasFrames = this.#frames !== this.#seenFrames;
    const hasSound = this.#sounds !== this.#seenSounds;
    this.#seenFrames = this.#frames;
    this.#seenSounds = this.#sounds;
    this.isDelivering = false;
    if (isOn === false) {
      this.restart();
      this.#packets = packets;
      return null;
    }
    // Nothing is known, and what is wrong is not over.
    if (isOn === null) return this.#alarm(answers);
    // From the first answer on after a restart.
    this.#answersAtPacket = Math.min(this.#answersAtPacket, answers);
    // A fresh stream is counted from 0 on.
    const hasPackets = packets > this.#packets;
    this.#packets = packets;
    this.isDelivering = hasSound || hasPackets;
    if (this.isDelivering) {
      this.#hadPackets = true;
      this.#answersAtPacket = answers;
      this.#withoutPacketsMs = 0;
    } else {
      this.#withoutPacketsMs += elapsedMs;
    }
    if (hasSound) {
      this.#hadSound = true;
      this.#silentMs = 0;
    } else if (hasFrames) {
      this.#silentMs += elapsedMs;
    }
    return this.#alarm(answers);
  }

  #alarm(answers: number): SignalAlarmKind | null {
    const isAsked = answers - this.#answersAtPacket >= leastAnswers;
    if (isAsked && this.#withoutPacketsMs >= signalRules.nothingAfterMs) {
      this.durationMs = this.#withoutPacketsMs;
      this.hadSignal = this.#hadPackets;
      return 'noAudio';
    }
    if (this.#silentMs >= signalRules.silentAfterMs) {
      this.durationMs = this.#silentMs;
      this.hadSignal = this.#hadSound;
      return 'digitalSilence';
    }
    return null;
  }
}
