import type { SinkSnapshot } from '../../src-main/contract/snapshot.js';
import type { Track } from './track-state.js';

type LiveVideo = NonNullable<SinkSnapshot['video']>;

/** A second's rates differ by a frame or two, although nothing is lost. */
const evenFps = 2;

/** What is written of somebody's video, or would be: the rate first, for it is what goes wrong. */
export function describeVideo(video: Track | undefined, sink: SinkSnapshot | undefined): string {
  const live = sink?.video;
  if (live?.isLive === true && live.width !== null && live.height !== null)
    return `${rateText(live)} · ${live.width}×${live.height}`;
  if (video === undefined || video.isMuted) return 'No video';
  const size = video.declaredSize;
  return size === null ? 'Video' : `${size.width}×${size.height}`;
}

function isBehind({ fpsIn, fpsOut }: LiveVideo): boolean {
  return fpsIn - fpsOut > evenFps;
}

/** What is written, for that is what the file will have; and of how much, where more came. */
function rateText(live: LiveVideo): string {
  const written = live.fpsOut.toFixed(0);
  return isBehind(live) ? `${written} of ${live.fpsIn.toFixed(0)} fps written` : `${written} fps`;
}
