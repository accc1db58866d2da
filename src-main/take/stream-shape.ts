import { participantNameOf } from '../contract/participant-name.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { StreamShape } from '../telemetry/budget.js';
import type { OpenFiles } from './max-files.js';

/** Of a camera whose publisher declares no size, before its first frame. */
const usualFrame = { width: 1280, height: 720 } as const;

/** What is asked of a sink: whether it has video, or is to have some. */
type ShapedSink = Pick<RecordingSink, 'canvas' | 'declaredVideo' | 'isOpen' | 'video'>;

/** Whether a file has video, or is to have some: it stays so when the camera leaves. */
export function hasVideo({ canvas, declaredVideo }: Pick<ShapedSink, 'canvas' | 'declaredVideo'>): boolean {
  return canvas !== null || declaredVideo !== null;
}

/** What the budget has to reckon with of a file that is open. @param fps of the profile at most */
export function streamShapeOf(sink: ShapedSink, fps: number): StreamShape {
  const { canvas, declaredVideo, video } = sink;
  if (!hasVideo(sink)) return { frame: null };
  // Publishers may declare less than they send, or nothing.
  const declared = declaredVideo?.declaredSize ?? canvas ?? usualFrame;
  const seen = video?.packer.size ?? declared;
  const isLarger = seen.width * seen.height > declared.width * declared.height;
  return { frame: { ...(isLarger ? seen : declared), fps }, canvas };
}

/** How many of them are open, by what they hold. */
export function openFilesOf(sinks: readonly ShapedSink[]): OpenFiles {
  const open = sinks.filter(({ isOpen }) => isOpen);
  const withVideo = open.filter(hasVideo).length;
  return { withVideo, audioOnly: open.length - withVideo };
}

/**
 * How many are open once a track has come.
 *
 * @param sink the file that it goes into; undefined for a new one
 * @returns null when that changes nothing
 */
export function openFilesWith(
  { audioOnly, withVideo }: OpenFiles,
  sink: ShapedSink | undefined,
  kind: 'video' | 'audio',
): OpenFiles | null {
  const had = sink !== undefined && hasVideo(sink);
  const has = had || kind === 'video';
  if (sink?.isOpen === true) {
    return had === has ? null : { withVideo: withVideo + 1, audioOnly: audioOnly - 1 };
  }
  return has ? { withVideo: withVideo + 1, audioOnly } : { withVideo, audioOnly: audioOnly + 1 };
}

/** The shape of a file, and whose it is. */
export interface FileShape extends StreamShape {
  /** The same for every part of it: who, what and which of several. */
  readonly key: string;
  /** Name of the file, of the part that is recorded. */
  readonly file: string;
  /** Name of its participant, or their identity where they have none. */
  readonly who: string;
}

/** What the budget has to reckon with of the files that are open. @param fps of the profile at most */
export function shapesOf(
  sinks: readonly (ShapedSink & Pick<RecordingSink, 'file' | 'parts' | 'subject'>)[],
  fps: number,
): FileShape[] {
  return sinks
    .filter(({ isOpen }) => isOpen)
    .flatMap((sink) => {
      const { identity, kind, trackNumber } = sink.subject;
      const who = participantNameOf(sink.subject);
      const shape = { ...streamShapeOf(sink, fps), key: `${kind} ${trackNumber} ${identity}`, who };
      return Array.from({ length: 1 + otherEncodersOf(sink) }, () => ({ ...shape, file: sink.file }));
    });
}

/**
 * Encoders of a file beside that of its present part: before a cut that of the next one stands, and behind it that of the part
 * before stays for as long as its disk takes.
 */
export function otherEncodersOf({ parts }: Pick<RecordingSink, 'parts'>): number {
  return parts.all.filter((part) => part !== parts.current && !part.hasEnded).length;
}
