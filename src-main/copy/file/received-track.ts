import type { CopyTrack, OrderedPacket } from '../contract.js';
import { AudioFrames } from '../frames/audio-frames.js';
import type { EncodedFrame } from '../frames/encoded-frame.js';
import { VideoFrames } from '../frames/video-frames.js';
import { FrameTimes, type TimedFrame } from './frame-times.js';
import type { SenderTimeline } from './sender-timeline.js';

/** Who gets the frames of a track. */
interface TrackHooks {
  /** The next frame, by the clock that packets carry. */
  readonly onTimed: (timed: TimedFrame) => void;
  /** So many pictures came before the next one, or packets of audio came, that no key fitted. */
  readonly onNotDecrypted: (count: number) => void;
  /** As {@link VideoFramesOptions.goesOn} says. */
  readonly goesOn: boolean;
}

/** A track of a file: its packets are made frames of, and these get their times. */
export class ReceivedTrack {
  readonly track: CopyTrack;
  readonly frames: AudioFrames | VideoFrames;
  readonly times: FrameTimes;
  readonly #hooks: TrackHooks;
  #lostPackets = 0;
  #toldNotDecrypted = 0;

  constructor(track: CopyTrack, timeline: SenderTimeline, hooks: TrackHooks) {
    this.track = track;
    this.#hooks = hooks;
    this.times = new FrameTimes(track, timeline, hooks.onTimed);
    const onFrame = (frame: EncodedFrame): void => this.#take(frame);
    this.frames =
      track.kind === 'audio'
        ? new AudioFrames({ track, onFrame })
        : new VideoFrames({ track, onFrame, goesOn: hooks.goesOn });
  }

  /** Of video; null of audio. */
  get pictures(): VideoFrames | null {
    return this.frames instanceof VideoFrames ? this.frames : null;
  }

  /** Bytes of frames under assembly, and of those that wait for their times. */
  get heldBytes(): number {
    return this.times.waitingBytes + (this.pictures?.heldBytes ?? 0);
  }

  /** Takes the next packet. @returns whether it is of audio, and no key fits it */
  packet(packet: OrderedPacket): boolean {
    const { notDecrypted } = this.frames;
    this.frames.packet(packet);
    const isSealed = this.pictures === null && this.frames.notDecrypted > notDecrypted;
    if (isSealed) this.#hooks.onNotDecrypted(1);
    return isSealed;
  }

  /** Numbers that will never come; both count. */
  lost(from: number, to: number): void {
    this.#lostPackets += to - from + 1;
    this.frames.lost();
  }

  /** It was muted, or is open again: what was lost by now is not missing before what comes next. @returns whether something was */
  endLoss(): boolean {
    const hasLost = this.#lostPackets > 0;
    this.#lostPackets = 0;
    return hasLost;
  }

  /** Nothing more comes: what waits is handed over. */
  end(): void {
    this.frames.end();
    this.times.release();
  }

  #take(frame: EncodedFrame): void {
    this.track.onFrame?.();
    if (frame.size !== null) this.track.noteSize?.(frame.size.width, frame.size.height);
    // Of audio it is known when its packet comes.
    const { notDecrypted: all } = this.pictures ?? { notDecrypted: 0 };
    const notDecrypted = all - this.#toldNotDecrypted;
    this.#toldNotDecrypted = all;
    this.#hooks.onNotDecrypted(notDecrypted);
    const lostBefore = this.#lostPackets + notDecrypted;
    this.times.push(lostBefore === 0 ? frame : { ...frame, lostBefore });
    this.#lostPackets = 0;
  }
}
