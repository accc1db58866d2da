import type { OrderedPacket, TrackSink } from '../contract.js';
import type { FileGaps } from './file-gaps.js';
import type { PartsOfFile } from './parts-of-file.js';
import type { PauseGate } from './pause-gate.js';
import type { PausedCounts } from './paused-counts.js';
import type { ReceivedTrack } from './received-track.js';

/** What an inlet has to know of its file. */
export interface InletFile {
  readonly gate: PauseGate;
  readonly counted: PausedCounts;
  readonly gaps: FileGaps;
  readonly parts: PartsOfFile;
  /** Ends the track. @param atMs when the last of it came, of the take */
  readonly onEnd: (atMs: number) => void;
}

/** Where the packets of a track come into its participant's file. */
export class TrackInlet implements TrackSink {
  readonly #own: ReceivedTrack;
  readonly #file: InletFile;
  #lastMs: number;

  /** @param originMs when the take has begun, of the clock that packets carry */
  constructor(own: ReceivedTrack, file: InletFile, originMs: number) {
    this.#own = own;
    this.#file = file;
    this.#lastMs = originMs;
  }

  /** The next packet, in order. */
  packet(packet: OrderedPacket): void {
    const { arrivedMs, timestamp } = packet;
    const { counted, gaps, gate, parts } = this.#file;
    const { kind } = this.#own.track;
    this.#lastMs = arrivedMs;
    // With the first one behind a pause what was missing from that is on nobody's account.
    const isPaused = gate.isCountedAsPaused(kind, this.#own.times.about(timestamp, arrivedMs));
    if (counted.packet(kind, isPaused)) gaps.forget(kind);
    const { audio, video } = parts.current;
    if (kind === 'audio') audio.arrived(this.#fileMs(arrivedMs));
    else video.steps.given();
    parts.packet(kind, timestamp);
    if (this.#own.packet(packet) && !isPaused) audio.sealed.came(this.#fileMs(arrivedMs));
  }

  /** Numbers that will never come; both count. */
  lost(from: number, to: number): void {
    this.#own.lost(from, to);
  }

  /** As {@link TrackSink.withheld} has it. */
  withheld(nowMs: number, isSaid: boolean): void {
    const { audio, video } = this.#file.parts.current;
    if (this.#own.track.kind === 'audio') audio.withheld(this.#fileMs(nowMs), isSaid);
    else video.steps.withheld(this.#fileMs(nowMs), isSaid);
  }

  /** As {@link TrackSink.cutOff} has it. */
  cutOff(fromMs: number, toMs: number): void {
    const { audio, video } = this.#file.parts.current;
    if (this.#own.track.kind === 'audio') audio.cutOff(this.#fileMs(fromMs), this.#fileMs(toMs));
    // Of a screen nobody knows what it would have sent.
    else if (this.#own.track.source !== 'screenShare')
      video.lostUpTo(this.#fileMs(toMs), this.#fileMs(fromMs));
  }

  /** Nothing more comes. */
  end(): void {
    const { gate, parts } = this.#file;
    const { kind } = this.#own.track;
    this.#file.onEnd(gate.takeMs(this.#lastMs));
    const { audio, video } = parts.current;
    // What ends with the take is judged at its end.
    if (video.endsAtMs === Infinity) {
      const endMs = this.#fileMs(performance.now());
      if (kind === 'audio') audio.endWithheld(endMs);
      else video.steps.endWithheld(endMs);
    }
    parts.current.ended(kind, gate.takeMs(this.#lastMs));
  }

  #fileMs(ms: number): number {
    return this.#file.gate.takeMs(ms) - this.#file.parts.current.startMs;
  }
}
