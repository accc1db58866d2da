import type { ManifestFolder } from '../contract/manifest.js';
import { formatMilliseconds, formatTimecode } from './time.js';

/** One sentence for each time that a take went on in another folder: where, from when on, why, and what was lost by it. */
export function moveSentences(folders: readonly ManifestFolder[] | undefined): string[] {
  return (folders ?? []).flatMap(({ fromMs, fromPart, moved, path }) =>
    moved === null
      ? []
      : [
          `From ${formatTimecode(fromMs, true)} on (part ${fromPart}) the take is in ${path}, because ` +
            `${asReason(moved.message)}; ${lossText(moved)}.`,
        ],
  );
}

function asReason(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`;
}

function lossText({ lostAudioMs, lostFrames }: NonNullable<ManifestFolder['moved']>): string {
  const frames = lostFrames === 1 ? '1 frame' : `${lostFrames} frames`;
  const audio = `${formatMilliseconds(lostAudioMs)} of audio`;
  if (lostFrames === 0 && lostAudioMs === 0) return 'nothing was lost by that';
  if (lostAudioMs === 0) return `${frames} ${lostFrames === 1 ? 'was' : 'were'} lost by that`;
  return lostFrames === 0 ? `${audio} were lost by that` : `${frames} and ${audio} were lost by that`;
}
