import type { MonoReason } from '../contract/recorded-track.js';
import type { NativeQueueSizes, PcmRequest } from './ffi/frame-source.js';

/** How the tracks of a session are received. */
export interface TrackFormats {
  readonly queueSizes: NativeQueueSizes;
  readonly pcm: PcmRequest;
  /** Why the session is for one channel of audio, where it is. */
  readonly monoReason: () => MonoReason;
}
