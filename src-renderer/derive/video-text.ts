import type { SinkSnapshot } from '../../src-main/contract/snapshot.js';
import type { Track } from './track-state.js';

/** A second's rates differ by a frame or two, although nothing is lost. */
const evenFps = 2;

/** What is written of somebody's video, or would be: the rate first, for it is what goes wrong. */
export function describeVideo(video: Track | undefined, sink: SinkSnapshot | undefined): string {
  const live = sink?.video;
  if (live?.isLive === true && live.width !== null && live.height !== null) {
    const { fpsIn, fpsOut } = live;
    const size = `${live.width}×${live.height}`;
    return fpsIn === null || fpsOut === null ? size : `${rateText(fpsIn, fpsOut)} · ${size}`;
  }
  if (video === undefined || video.isMuted) return 'No video';
  const size = video.declaredSize;
  return size === null ? 'Video' : `${size.width}×${size.height}`;
}

/** What is written, for that is what the file will have; and of how much, where more came. */
function rateText(fpsIn: number, fpsOut: number): string {
  const written = fpsOut.toFixed(0);
  return fpsIn - fpsOut > evenFps ? `${written} of ${fpsIn.toFixed(0)} fps written` : `${written} fps`;
}
