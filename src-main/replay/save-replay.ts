import { PlateauError } from '../contract/errors.js';
import type { ConnectionState } from '../contract/snapshot.js';
import { formatDuration } from '../format/time.js';
import type { RoomSession } from '../livekit/room-session.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { plateauVersion } from '../version.js';
import { buildReplay, type Replay } from './build-replay.js';
import type { CopiedBuffer } from './copied-buffer.js';
import type { ReplayMedia } from './encoded-media.js';
import type { RunFacts } from './kept-run.js';
import type { ReplayRequest } from './replay-request.js';
import type { ReplayStore } from './replay-store.js';
import { SavedReplay } from './saved-replay.js';

/** Where the buffer lives, and who hears of it. */
export interface ReplaySurroundings {
  /** Asked anew each time. */
  readonly room: () => {
    readonly session: RoomSession | null;
    readonly connection: ConnectionState;
    readonly name: string;
    readonly host: string;
  };
  readonly report: () => EventReporter;
  /** Aborted when the program has to end. */
  readonly hurry: () => AbortSignal;
  /** A replay is on the disk: it has to be finished and checked. */
  readonly onSaved: (saved: SavedReplay) => void;
  /** Joins the room to keep what is sent while nothing is recorded. Rejects with a PlateauError. @param onGone hears when it keeps nothing any more, and why */
  readonly joinToCopy: (
    request: ReplayRequest,
    capBytes: number,
    onGone: (why: string) => void,
  ) => Promise<CopiedBuffer>;
  /** Its state has changed. */
  readonly onChanged: () => void;
}

/** What is saved, and where. */
export interface SaveRequest {
  readonly outputFolder: string;
  readonly store: Pick<ReplayStore, 'hold'>;
  readonly runs: readonly RunFacts[];
  /** How much was asked for, in milliseconds. */
  readonly askedMs: number;
  /** The take that is recorded; null between takes. */
  readonly takeName: string | null;
  /** Why there may be nothing, in a sentence; null when nothing is wrong. */
  readonly whyEmpty: string | null;
  readonly surroundings: ReplaySurroundings;
}

/**
 * Cuts a replay out of what is held and writes it.
 *
 * @returns when its segments are on the disk
 * @throws PlateauError `invalidState` when nothing is held; `outputUnwritable`, `diskFull`, `ffmpegMissing`
 */
export async function saveReplay({
  askedMs,
  outputFolder,
  runs,
  store,
  surroundings,
  takeName,
  whyEmpty,
}: SaveRequest): Promise<{ takeName: string; durationMs: number }> {
  const replay = buildReplay(runs, askedMs);
  if (replay === null)
    throw notNow(
      'The replay buffer holds nothing yet.',
      whyEmpty ?? 'It fills as soon as somebody publishes.',
    );
  const release = store.hold(
    replay.files.flatMap(({ segments }) => segments.flatMap((one) => one.fragments)),
  );
  try {
    const { path: ffmpegPath } = await findSuitableFfmpeg(replay);
    return await writeReplay(replay, { askedMs, outputFolder, surroundings, takeName, ffmpegPath });
  } finally {
    release();
  }
}

/**
 * Writes a replay, and has it finished and checked.
 *
 * @param media who writes its files; those that it has when left out
 * @throws PlateauError as {@link SavedReplay.write} does
 */
export async function writeReplay(
  replay: Replay,
  asked: Pick<SaveRequest, 'askedMs' | 'outputFolder' | 'surroundings' | 'takeName'> & {
    readonly ffmpegPath: string;
  },
  media?: ReplayMedia,
): Promise<{ takeName: string; durationMs: number }> {
  const { surroundings, ...where } = asked;
  const { hurry, report, room } = surroundings;
  const { host: server, name } = room();
  const options = { ...where, room: name, server, plateauVersion, report: report(), hurry: hurry() };
  const saved = await SavedReplay.write(replay, options, media);
  const { folder } = saved;
  const durationMs = Math.round(saved.durationMs);
  report().info('replaySaved', `Replay of ${formatDuration(durationMs)} saved to ${folder.name}.`, null, {
    durationMs,
  });
  surroundings.onSaved(saved);
  return { takeName: folder.name, durationMs };
}

/** What was asked for does not fit the moment. */
export function notNow(message: string, hint: string): PlateauError {
  return new PlateauError('invalidState', message, hint);
}
