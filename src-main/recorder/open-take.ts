import { rmdir } from 'node:fs/promises';
import type { Marker } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { TakeMode, TakeRequest } from '../contract/recording.js';
import { CopiedTake } from '../copy/process/copied-take.js';
import type { CopyArmed } from '../copy/process/copy-requests.js';
import { lateBeginSentences } from '../format/late-begin-text.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import { inTimeOrHurry } from '../process/hurry.js';
import { assertOpenFileLimit } from '../process/open-files.js';
import type { TakeReplay } from '../replay/replay-request.js';
import type { DiskThrottle } from '../sink/disk-throttle.js';
import { findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import { DiskLanes } from '../storage/disk-lanes.js';
import { SpaceReserve } from '../storage/space-reserve.js';
import { createTakeFolder, diskNotAnswering, diskPatienceMs } from '../storage/take-folder.js';
import { DiskSpaceMonitor } from '../take/disk-space-monitor.js';
import type { Problem } from '../take/problem.js';
import { Take } from '../take/take.js';
import type { TakeOptions } from '../take/take-options.js';
import { TakeSelection } from '../take/take-selection.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { ownMemory } from '../telemetry/process-memory.js';
import { plateauVersion } from '../version.js';
import { openBackup } from './backup-folder.js';
import { lateSince } from './late-begin.js';
import { otherFolder } from './other-folder.js';
import { checkOutputs } from './preflight.js';
import type { RecorderRoom } from './recorder-room.js';

/** Where a take is made, and who hears of it. */
export interface TakeSurroundings {
  readonly room: RecorderRoom;
  readonly report: EventReporter;
  /** Since when a take is wanted, of `performance.now`. */
  readonly wantedAtMs: number;
  readonly diskThrottle: DiskThrottle;
  readonly onProblem: (problem: Problem) => void;
  readonly onWatchdogTrip: () => void;
  /** The take has gone on in another folder. */
  readonly onMoved: (disk: DiskSpaceMonitor) => void;
  /** Aborted when the program has to end: nothing that does not answer is waited for then. */
  readonly hurry: AbortSignal;
  /** Packets of each stream of earlier takes that are being checked. */
  readonly checkedPackets: () => readonly number[];
  /** What the replay buffer wants of it. */
  readonly replay: Pick<TakeReplay, 'copied' | 'heldBytes' | 'keeperOf' | 'replayBytes'>;
}

/** A take that has begun, and what watches the disk below it. */
export interface OpenedTake {
  readonly take: Take;
  readonly disk: DiskSpaceMonitor;
  /** Says that it is recorded, and what it lacks already. */
  readonly tellStarted: () => void;
}

/** A take as a console sees it. */
export interface TakeInfo {
  readonly name: string;
  readonly path: string;
  readonly startedAt: Date;
  readonly profile: Profile;
  readonly mode: TakeMode;
  readonly markers: readonly Marker[];
  /** What comes now is in no file. */
  readonly isPaused: boolean;
  /** How long all of its pauses are, in milliseconds. */
  readonly pausedMs: number;
  /** How much is recorded, pauses left out, in milliseconds. */
  readonly takeMs: number;
}

/** Reads what a console sees of a take. */
export function takeInfo({ clock, folder, moments, request, startedAt }: Take): TakeInfo {
  const { markers, pausedMs, takeMs } = moments;
  return {
    ...folder,
    startedAt,
    profile: request.profile,
    mode: request.mode ?? 'encode',
    markers,
    isPaused: clock.isPaused,
    pausedMs,
    takeMs,
  };
}

/** How long a start may still take once the program has to end, in milliseconds. */
const hurriedMs = 3_000;

/**
 * Finds ffmpeg, makes the take's folder and begins the take. No track is in it yet. A disk that does not answer is not
 * waited for: should the take begin after all, it is ended at once.
 *
 * @throws PlateauError `outputUnwritable`, `diskFull`, `ffmpegMissing`, `ffmpegUnsuitable`, `tooManyOpenFiles`; in copy mode also
 *   `missingCredentials`, `serverUnreachable`, `noMediaPath`, `unauthorized`, `receiverEnded`
 */
export async function openTake(request: TakeRequest, surroundings: TakeSurroundings): Promise<OpenedTake> {
  const opening = beginTake(request, surroundings);
  const limits = { limitMs: diskPatienceMs, hurriedMs };
  const opened = await inTimeOrHurry(opening, surroundings.hurry, limits);
  if (opened.isInTime) return opened.value;
  opening.then(({ take }) => take.stop(() => undefined)).catch(() => undefined);
  throw diskNotAnswering();
}

/** All files of a take say the same of its disk. */
const diskErrors = new Set(['diskFull', 'outputUnwritable', 'manifestUnwritable', 'notFinalized']);

async function beginTake(request: TakeRequest, surroundings: TakeSurroundings): Promise<OpenedTake> {
  const { checkedPackets, diskThrottle, hurry, onMoved, onProblem, onWatchdogTrip, replay, report, room } =
    surroundings;
  const startedAt = new Date();
  const selection = new TakeSelection(request);
  assertOpenFileLimit(request.mode === 'copy');
  // Refused before anything is made.
  const access = request.mode === 'copy' ? room.secondAccess() : null;
  const { audioOnly } = request;
  const lateMs = lateSince(
    { published: room.session?.publications() ?? [], wantedAtMs: surroundings.wantedAtMs },
    (info) => selection.isArmed(info.identity) && !(audioOnly && info.kind === 'video'),
  );
  // At once: what is sent before it has joined is in no file.
  const joining =
    access === null ? null : joinToCopy({ ...selection.armed, audioOnly }, surroundings, access);
  // It is looked at when the outputs stand.
  joining?.catch(() => undefined);
  const { backup, disk, ffmpeg, folder, lanes } = await prepareOutputs(
    request,
    surroundings,
    startedAt,
  ).catch((thrown: unknown) => {
    joining?.then((copied) => copied.close()).catch(() => undefined);
    throw thrown;
  });
  const copied = await joining?.catch(async (thrown: unknown) => {
    // No take came of it: a folder without one would look like a take that was lost.
    for (const made of [folder, ...(backup === undefined ? [] : [backup.folder])])
      await rmdir(made.path).catch(() => undefined);
    throw thrown;
  });
  const beganLateMs = lateMs();
  const take = await Take.start({
    ...{ folder, beganLateMs },
    ...(copied !== undefined && { mode: 'copy', openMedia: copied.openMedia }),
    previews: previewsIn(room),
    joinToCopy: () =>
      // As a promise, whatever is refused.
      Promise.resolve().then(() =>
        joinToCopy({ ...selection.armed, audioOnly }, surroundings, room.secondAccess()),
      ),
    onCopied: () => room.previewOnly(true),
    room: room.name,
    server: room.host,
    profile: request.profile,
    audioOnly: request.audioOnly,
    isArmed: (identity) => selection.isArmed(identity),
    arm: (identity) => selection.add(identity),
    ffmpegPath: ffmpeg.path,
    ffmpegVersion: ffmpeg.version,
    plateauVersion,
    report: report.tellingOnce(diskErrors),
    publicationsOf: publicationsIn(room),
    published: () => room.session?.publications() ?? [],
    furtherAudio: request.furtherAudio,
    ...{ splitEveryMs: request.splitEveryMs, splitBytes: request.splitBytes },
    participantOf: participantIn(room),
    maxFiles: request.maxFiles ?? null,
    onProblem,
    ...(request.fallbackFolder !== undefined && {
      fallback: otherFolder(request.fallbackFolder, room.name, startedAt),
    }),
    backup,
    onMoved: (place) => onMoved(new DiskSpaceMonitor(place.folder.path, report, place.lanes.checks)),
    diskThrottle,
    lanes,
    reserve: new SpaceReserve(folder.path),
    onWatchdogTrip,
    hurry,
    checkedPackets,
    ...{ keeperOf: replay.keeperOf, replayBytes: replay.replayBytes },
    rssBytes: ownMemory().rssBytes - replay.heldBytes,
  }).catch(async (thrown: unknown) => {
    await copied?.close();
    throw thrown;
  });
  copied?.begin(take);
  const tellStarted = (): void => {
    report.info('takeStarted', `Recording to ${take.folder.name} with ffmpeg ${ffmpeg.version}.`);
    for (const sentence of lateBeginSentences({ beganLateMs }))
      report.warning('beganLate', sentence, null, { lateMs: beganLateMs ?? 0 });
  };
  return { take, disk, tellStarted };
}

/** Finds ffmpeg, and makes the folders that a take is recorded into. */
async function prepareOutputs(
  request: TakeRequest,
  { report, room }: Pick<TakeSurroundings, 'report' | 'room'>,
  startedAt: Date,
) {
  const ffmpeg = await findSuitableFfmpeg(request);
  const { warnings } = await checkOutputs(request);
  for (const warning of warnings) report.warning('diskMayNotDo', warning);
  if (request.modeReason !== undefined) report.info('modeChosen', request.modeReason);
  const folder = await createTakeFolder(request.outputFolder, room.name, startedAt);
  const lanes = new DiskLanes();
  const backup = await openBackup(request, room.name, startedAt);
  const disk = new DiskSpaceMonitor(folder.path, report, lanes.checks, request.fallbackFolder !== undefined);
  await disk.assertFreeSpaceToStart();
  return { backup, disk, ffmpeg, folder, lanes };
}

/** Joins the room once more, to receive what is sent: it waits for its take. */
function joinToCopy(
  armed: CopyArmed,
  { onProblem, replay, report }: TakeSurroundings,
  access: ReturnType<RecorderRoom['secondAccess']>,
): Promise<CopiedTake> {
  return CopiedTake.join({ ...access, ...{ armed, onProblem, report, replay: replay.copied } });
}

const publicationsIn =
  (room: RecorderRoom): TakeOptions['publicationsOf'] =>
  (identity) =>
    room.session?.publications().filter((publication) => publication.identity === identity) ?? [];

const participantIn =
  (room: RecorderRoom): TakeOptions['participantOf'] =>
  (identity) =>
    room.session?.participants().find((participant) => participant.identity === identity);

const previewsIn = (room: RecorderRoom) => (): readonly PublicationInfo[] =>
  [...(room.session?.tracks ?? [])].map(({ info }) => info);

/**
 * Everything that is in the room by now belongs to the take; a copied one has its tracks by itself.
 *
 * @param of one of the room, who was not in the take before; everybody when left out
 */
export function enterTracks(
  take: Pick<Take, 'addTrack' | 'noteMissing' | 'participantChanged' | 'request'>,
  session: RecorderRoom['session'],
  of: string | null = null,
): void {
  if (session === null) return;
  const isMeant = ({ identity }: { readonly identity: string }): boolean => of === null || identity === of;
  for (const track of session.tracks) if (isMeant(track.info)) take.addTrack(track);
  const missing = take.request.mode === 'copy' ? [] : session.missing;
  for (const { awaitedMs, error, info } of missing) {
    // Of somebody who comes into a take that runs, what was before was not to be recorded.
    if (isMeant(info)) take.noteMissing(info, error, of === null ? awaitedMs : 0);
  }
  // What a track knows of its owner is of the moment at which it was subscribed.
  for (const participant of session.participants()) take.participantChanged(participant);
}
