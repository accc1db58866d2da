import type { FfiEvent, GetStatsCallback } from '@livekit/rtc-ffi-bindings';
import type { AudioStreamEvent, VideoStreamEvent } from '@livekit/rtc-ffi-bindings';
import { FfiHandle } from '@livekit/rtc-ffi-bindings';
// Declares the global that holds rtc-node's FFI client.
import type {} from '@livekit/rtc-node';

export type VideoEventHandler = (event: VideoStreamEvent) => void;
export type AudioEventHandler = (event: AudioStreamEvent) => void;

/** The part of rtc-node's event emitter that is used; it exists once a Room has begun to connect. */
interface FfiEmitter {
  on(name: 'ffi_event', listener: (event: FfiEvent) => void): unknown;
  off(name: 'ffi_event', listener: (event: FfiEvent) => void): unknown;
}

/** Questions about statistics that wait for their answer, over all tracks: each is asked twice a second. */
const maxOpenQuestions = 256;

/**
 * The one listener for all streams' events, keyed by stream handle: with a listener for each stream
 * every event would cost all of them. Frames of streams that nobody handles any more are given back
 * at once, so that none is orphaned.
 */
export class FrameDispatcher {
  readonly #video = new Map<bigint, VideoEventHandler>();
  readonly #audio = new Map<bigint, AudioEventHandler>();
  readonly #statistics = new Map<bigint, (answer: GetStatsCallback) => void>();
  readonly #emitter: FfiEmitter;
  readonly #onHandlerError: (thrown: unknown) => void;
  #orphanedFrames = 0;

  /**
   * @param onHandlerError a handler threw; the listener must go on for the others
   * @throws TypeError when no Room has begun to connect in this process
   */
  constructor(onHandlerError: (thrown: unknown) => void) {
    const emitter = globalThis._ffiClientInstance;
    if (emitter === undefined) throw new TypeError('FrameDispatcher needs a Room that has connected');
    this.#emitter = emitter;
    this.#onHandlerError = onHandlerError;
    this.#emitter.on('ffi_event', this.#dispatch);
  }

  /** Frames that arrived for a stream without a handler; they were given back. */
  get orphanedFrames(): number {
    return this.#orphanedFrames;
  }

  /** Hands the events of a stream to `handler`, which owns the frames in them, until {@link FrameDispatcher.forget}. */
  handleVideo(streamHandle: bigint, handler: VideoEventHandler): void {
    this.#video.set(streamHandle, handler);
  }

  /** The same for audio. */
  handleAudio(streamHandle: bigint, handler: AudioEventHandler): void {
    this.#audio.set(streamHandle, handler);
  }

  /** Hands the answer to a question about a track to `handler`, once. */
  expectStatistics(asyncId: bigint, handler: (answer: GetStatsCallback) => void): void {
    // An answer may never come when its track ends: those that nobody waits for any more leave.
    if (this.#statistics.size >= maxOpenQuestions) this.#statistics.clear();
    this.#statistics.set(asyncId, handler);
  }

  /** No events of the stream are handed on any more; its frames are given back as they come. */
  forget(streamHandle: bigint): void {
    this.#video.delete(streamHandle);
    this.#audio.delete(streamHandle);
  }

  /** Streams that have not ended. */
  get openStreams(): number {
    return this.#video.size + this.#audio.size;
  }

  /** Stops listening. Streams have to have ended: their frames would stay with the native side. */
  close(): void {
    this.#emitter.off('ffi_event', this.#dispatch);
    this.#statistics.clear();
  }

  readonly #dispatch = (event: FfiEvent): void => {
    const { message } = event;
    try {
      if (message.case === 'videoStreamEvent') {
        const handler = this.#video.get(message.value.streamHandle ?? 0n);
        if (handler !== undefined) handler(message.value);
        else if (message.value.message.case === 'frameReceived') {
          this.#orphanedFrames += 1;
          disposeHandle(message.value.message.value.buffer?.handle?.id);
        }
      } else if (message.case === 'audioStreamEvent') {
        const handler = this.#audio.get(message.value.streamHandle ?? 0n);
        if (handler !== undefined) handler(message.value);
        else if (message.value.message.case === 'frameReceived') {
          this.#orphanedFrames += 1;
          disposeHandle(message.value.message.value.frame?.handle?.id);
        }
      } else if (message.case === 'getStats') {
        const asyncId = message.value.asyncId ?? 0n;
        const handler = this.#statistics.get(asyncId);
        this.#statistics.delete(asyncId);
        handler?.(message.value);
      }
    } catch (thrown) {
      this.#onHandlerError(thrown);
    }
  };
}

/** Gives a native object back. Each id must be given back exactly once. */
export function disposeHandle(id: bigint | undefined): void {
  if (id !== undefined) new FfiHandle(id).dispose();
}
