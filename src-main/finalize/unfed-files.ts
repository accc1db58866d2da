import { lostPackets } from '../contract/loss-account.js';
import { lossesOf } from '../contract/losses.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { FinalizeRequest } from './finalize-file.js';
import { removeObsolete } from './further-audio.js';

/**
 * Whether a file is nothing but black and silence, and nobody knows of anything that should be in it: its tracks ended before they
 * sent anything, or went on in another file at once. What is on to the end, a microphone that is muted for instance, has its file.
 *
 * @param endMs where the take ended, on its timeline
 */
export function isUnfed(entry: ManifestFile, endMs: number): boolean {
  const { audio, copy, gaps = [], gapsLeftOut = 0, part, problem, tracks, tracksNotListed, video } = entry;
  const untilMs = Math.round(part?.endMs ?? endMs);
  const isOver = tracks.every((track) => track.untilMs !== null && track.untilMs < untilMs);
  // What came before a key frame, or behind the end of its track, is counted, and was nowhere due.
  const isEmpty = [video, audio].every(({ queued, written }) => written + queued === 0);
  const { audio: lostAudio, video: lostVideo } = lossesOf(entry);
  const lost = lostVideo.lostFrames + lostVideo.missedFrames + lostAudio.lostMs + lostPackets(copy);
  return (
    isOver && tracksNotListed === 0 && problem === null && isEmpty && lost + gaps.length + gapsLeftOut === 0
  );
}

/** Files of a folder without those that are {@link isUnfed}, which are removed, and told. Never rejects. */
export async function withoutUnfed(
  { entries, folder, report }: Pick<FinalizeRequest, 'entries' | 'folder' | 'report'>,
  endMs: number,
): Promise<ManifestFile[]> {
  const unfed = entries.filter((entry) => isUnfed(entry, endMs));
  for (const { file, identity, segments } of unfed) {
    await removeObsolete(folder, [file, ...segments.map((segment) => segment.file)]);
    const message = `${file} is no file: its track ended, or went on in another one, before anything came.`;
    report.info('emptyFileRemoved', message, identity, { file });
  }
  return entries.filter((entry) => !unfed.includes(entry));
}
