import type { CopyStream } from '../../src-main/contract/copy-account.js';
import { noDrops } from '../../src-main/contract/drop-causes.js';
import type { Accounting } from '../../src-main/contract/manifest.js';
import type { SinkSnapshot } from '../../src-main/contract/snapshot.js';

/** What copy mode would say of the same file: of Ada some packets never came, and a frame that builds on them. */
export function copiedSink(sink: SinkSnapshot): SinkSnapshot {
  const { audio, file, identity, kind, video } = sink;
  const lost = identity === 'ada' && kind === 'participant' ? 3 : 0;
  const dropped = { ...noDrops(), superseded: 14, packetLost: lost };
  const ofVideo =
    video === null ? null : { ...video.accounting, received: video.accounting.received + 14 + lost, dropped };
  return {
    ...sink,
    file: file.replace('.mp4', '.mkv'),
    video:
      video === null || ofVideo === null
        ? null
        : {
            ...video,
            ...{ queuedFrames: 2, maxQueuedFrames: 2, queueCapFrames: 360, framesInFlight: 0 },
            ...{ frameGapMs: 0, rtc: null, accounting: ofVideo },
          },
    audio: { ...audio, queueCapFrames: 600, driftMs: 0, playoutOffsetMs: 0 },
    ...{ inputBytes: 0, inputPendingBytes: 0, maxDiskWriteMs: 0, ffmpegRssBytes: 0 },
    copy: { video: streamOf(ofVideo), audio: streamOf(audio.accounting) },
  };
}

function streamOf(accounting: Accounting | null): CopyStream {
  const { queued = 0, received = 0, written = 0 } = accounting ?? {};
  return {
    packets: {
      ...{ expected: 2 * received, received: 2 * received, recovered: 0, missing: 0 },
      lost: { expired: 0, windowFull: 0, jump: 0, beforeKeyFrame: 0, ended: 0 },
    },
    frames: { begun: received, written, dropped: 0, queued, redundant: 0, lowerLayer: 0, filled: 0 },
  };
}
