import { copyProfile } from '../contract/profile.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import { momentsIn, type Replay, wallClockOf } from './build-replay.js';
import type { CopiedBuffer } from './copied-buffer.js';
import { notNow, type SaveRequest, writeReplay } from './save-replay.js';

/** What is saved as it was sent, and where. */
export interface SaveCopiedRequest extends Pick<
  SaveRequest,
  'askedMs' | 'outputFolder' | 'surroundings' | 'takeName'
> {
  readonly copied: Pick<CopiedBuffer, 'processId' | 'replay' | 'run'>;
}

/**
 * Saves the last seconds as they were sent: the process that receives them writes the files.
 *
 * @returns when they are on the disk
 * @throws PlateauError as saving what encoders made does; `internal` when the process is gone, or does not answer
 */
export async function saveCopied({
  copied: { processId, replay: kept, run },
  ...asked
}: SaveCopiedRequest): Promise<{ takeName: string; durationMs: number }> {
  const { path: ffmpegPath } = await findSuitableFfmpeg({
    profile: copyProfile,
    audioOnly: run.audioOnly,
    mode: 'copy',
  });
  const cut = await kept.cut(asked.askedMs);
  if (cut === null)
    throw notNow('The replay buffer holds nothing yet.', 'It fills as soon as somebody publishes.');
  const { bytes, endMs, fromMs } = cut;
  const { audioOnly, moments, participants, startedAt } = run;
  const facts = { offsetMs: 0, moments: moments.entries, startedAt };
  const replay: Replay = {
    ...{ startedAt: wallClockOf(facts, fromMs), durationMs: endMs - fromMs },
    ...{ profile: copyProfile, mode: 'copy', audioOnly, participants, files: [] },
    markers: momentsIn([facts], fromMs, endMs, () => facts.moments.markers),
    standstills: momentsIn([facts], fromMs, endMs, () => facts.moments.standstills ?? []),
  };
  try {
    return await writeReplay(
      replay,
      { ...asked, ffmpegPath },
      { bytes, entries: [], writerPid: processId, write: (folder) => kept.write(folder) },
    );
  } catch (thrown) {
    kept.drop();
    throw thrown;
  }
}
