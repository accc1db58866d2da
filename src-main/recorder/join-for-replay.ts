import { PlateauError } from '../contract/errors.js';
import { IdleCopy } from '../copy/process/idle-copy.js';
import type { CopiedBuffer } from '../replay/copied-buffer.js';
import type { ReplaySurroundings } from '../replay/save-replay.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import { TakeSelection } from '../take/take-selection.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { RecorderRoom } from './recorder-room.js';

/**
 * Joins a room once more, to keep what is sent while nothing is recorded.
 *
 * @throws PlateauError `missingCredentials` where tokens were given, which are of the take; as joining to copy a take does
 */
export async function joinForReplay(
  room: Pick<RecorderRoom, 'joined' | 'secondAccess' | 'session'>,
  report: EventReporter,
  [request, capBytes, onGone]: Parameters<ReplaySurroundings['joinToCopy']>,
): Promise<CopiedBuffer> {
  if (room.joined?.credentialKind === 'token')
    throw new PlateauError(
      'missingCredentials',
      'With tokens nothing is kept before a take in copy mode: the second one is the take’s.',
      'It is kept while a take runs. Join with an API key and its secret to have it before.',
    );
  const { audioOnly, maxFiles, seconds } = request;
  const { path: ffmpegPath } = await findSuitableFfmpeg({ ...request, mode: 'copy' });
  return IdleCopy.join({
    ...{ ...room.secondAccess(), ffmpegPath, report, onGone, maxFiles: maxFiles ?? null },
    armed: { ...new TakeSelection(request).armed, audioOnly },
    replay: { seconds, capBytes },
    participantOf: (identity) => room.session?.participants().find((one) => one.identity === identity),
  });
}
