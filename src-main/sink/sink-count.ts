import type { FrameAccounting } from '../pipeline/accounting.js';
import type { AudioTrackWriter } from './audio-track-writer.js';
import { noSlots } from './constant-rate.js';
import type { StreamCount } from './part-count.js';
import type { TrackInlets } from './track-inlets.js';
import type { VideoTrackWriter } from './video-track-writer.js';

/** The parts of a sink that count. */
export interface CountingSink {
  readonly audio: Pick<AudioTrackWriter, 'silence'>;
  readonly audioAccounting: Pick<FrameAccounting, 'snapshot'>;
  readonly tracks: Pick<TrackInlets, 'concealed'>;
  /** Null for a file without video. */
  readonly video: Pick<VideoTrackWriter, 'gaps' | 'slots'> | null;
  readonly videoAccounting: Pick<FrameAccounting, 'snapshot'>;
}

/**
 * What a sink has counted of a stream since its file began; the longest gap is that of the part that is recorded.
 *
 * @param isEnd the stream has passed a cut
 */
export function streamCount(sink: CountingSink, stream: 'video' | 'audio', isEnd: boolean): StreamCount {
  const { audio, audioAccounting, tracks, video, videoAccounting } = sink;
  if (stream === 'video') {
    return {
      account: videoAccounting.snapshot(),
      missedFrames: video?.gaps.missed.count ?? 0,
      ...(video?.slots ?? noSlots),
      maxFrameGapMs: (isEnd ? video?.gaps.takeMaxMs() : video?.gaps.maxMs) ?? 0,
      ...{ silenceMs: 0, lostMs: 0, concealedMs: 0 },
    };
  }
  return {
    account: audioAccounting.snapshot(),
    ...{ ...noSlots, missedFrames: 0, maxFrameGapMs: 0 },
    silenceMs: audio.silence.writtenMs,
    lostMs: audio.silence.lostMs,
    concealedMs: tracks.concealed.ms,
  };
}
