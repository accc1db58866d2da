import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { FinalizeRequest } from '../finalize/finalize-file.js';
import { type CheckProgress, makeUsable, type UsableFiles } from '../finalize/finalize-take.js';
import { addFurtherAudio, removeObsolete } from '../finalize/further-audio.js';
import { withoutUnfed } from '../finalize/unfed-files.js';
import type { HurriedWait } from '../process/hurry.js';
import type { TakeBackup } from './take-backup.js';
import type { TakePlace, TakePlaces } from './take-places.js';

export type { CheckProgress };

/** Who hears how far the stop of a take has come after its files have ended. */
export interface StopHooks {
  /** 0 to 1, over all files, until they play. */
  readonly onProgress?: (fraction: number) => void;
  /** Every file plays under its own name, and the manifest says that they are being checked. Not called when none is. */
  readonly onUsable?: () => void;
  readonly onCheck?: (progress: CheckProgress) => void;
  /** Runs the check when it may: of several takes one after the other, so that the memory of one is enough. */
  readonly inTurn?: <Value>(check: () => Promise<Value>) => Promise<Value>;
}

/** Files in one folder, and what they are finalized with. */
export type FileGroup = Omit<FinalizeRequest, 'makeRoom' | 'onProgress' | 'priority' | 'signal'>;

/** The files of a take whose encoders have ended, and what is needed to make something of them. */
export interface FinishRequest {
  readonly groups: readonly FileGroup[];
  /** Where the take ended, on its timeline: files for which nothing had come are none. Left out, all are kept. */
  readonly endMs?: number;
  readonly furtherAudio: 'file' | 'stream';
  /** Told of every progress; when it gives up, nothing more is written. */
  readonly wait: HurriedWait;
  /** Where the manifests go, and who says what is being done with the take. */
  readonly places: Pick<TakePlaces, 'changeWork' | 'finish' | 'makeRoom' | 'save'>;
  readonly hooks: StopHooks;
  /** The second copy; null, or left out, when there is none. */
  readonly backup?: Pick<TakeBackup, 'finish' | 'seal'> | null;
  /** The manifest with these files. @param state null for the one that they earn @param place null for all of the take */
  readonly manifestOf: (
    files: ManifestFile[],
    state: 'finalizing' | 'checking' | null,
    place: TakePlace | null,
  ) => Manifest;
}

/**
 * Makes ordinary files of what encoders left, says so, and then checks them.
 *
 * @returns the final manifest, which is on the disk
 * @throws PlateauError `diskFull`, `outputUnwritable` for that manifest; the reason of `wait` when it has given up
 */
export async function finishTake(request: FinishRequest): Promise<Manifest> {
  const { backup = null, endMs, furtherAudio, hooks, manifestOf, places, wait } = request;
  const groups = await Promise.all(
    request.groups.map(async (group) => ({
      ...group,
      entries: endMs === undefined ? group.entries : await withoutUnfed(group, endMs),
    })),
  );
  const fractions = groups.map(() => 0);
  for (const { filler } of groups) {
    filler.onActivity = () => wait.progress();
    if (wait.isHurried) filler.hasten();
  }
  const requests = groups.map((group, index): FinalizeRequest => ({
    ...group,
    // Another take may be recorded meanwhile; none is when the program ends, and then the time is short.
    priority: wait.isHurried ? undefined : 'belowNormal',
    signal: wait.givenUp,
    makeRoom: () => places.makeRoom(group.folder),
    onProgress: (fraction) => {
      wait.progress();
      fractions[index] = fraction;
      hooks.onProgress?.(meanOf(fractions));
    },
  }));
  // Whoever recovers the take has the last counts then: encoders were handed what waited. If it fails, the one before stands.
  const ended = groups.flatMap((group) => [...group.entries]);
  await places.save((place) => manifestOf(ended, 'finalizing', place)).catch(() => undefined);
  const usable = await Promise.all(requests.map(makeUsable));
  wait.givenUp.throwIfAborted();
  const entries = usable.flatMap((group) => [...group.entries]);
  if (entries.some(({ state }) => state === 'unchecked')) {
    await places.save((place) => manifestOf(entries, 'checking', place));
    await places.changeWork('checking');
    wait.givenUp.throwIfAborted();
    hooks.onUsable?.();
  }
  const inTurn = hooks.inTurn ?? ((check) => check());
  const checked = await inTurn(() =>
    checkEach(usable, (progress) => {
      wait.progress();
      hooks.onCheck?.(progress);
    }),
  );
  wait.givenUp.throwIfAborted();
  const joined = await Promise.all(
    checked.map(async (group, index) => {
      const files = requests[index];
      return furtherAudio === 'file' || files === undefined
        ? { entries: group, obsolete: [] }
        : addFurtherAudio({ ...files, entries: group });
    }),
  );
  wait.givenUp.throwIfAborted();
  const files = joined.flatMap((group) => group.entries);
  await places.finish((place) => manifestOf(files, null, place));
  for (const [index, { folder }] of groups.entries())
    await removeObsolete(folder, joined[index]?.obsolete ?? []);
  if (backup === null) return manifestOf(files, null, null);
  await places.changeWork('checking');
  // Of a program that ends meanwhile the manifest above stands: the copy is not proven.
  await backup.finish(manifestOf(files, null, null).files, wait);
  wait.givenUp.throwIfAborted();
  await backup.seal(() => manifestOf(files, null, null));
  await places.finish((place) => manifestOf(files, null, place));
  return manifestOf(files, null, null);
}

/** One folder after the other, as one check. */
async function checkEach(
  usable: readonly UsableFiles[],
  onProgress: (progress: CheckProgress) => void,
): Promise<ManifestFile[][]> {
  const ofGroups = usable.map(({ entries }) => ({
    files: entries.filter(({ state }) => state === 'unchecked').length,
    ...{ checked: 0, fraction: 0 },
  }));
  const checked: ManifestFile[][] = [];
  for (const [index, group] of usable.entries()) {
    checked.push(
      await group.check((progress) => {
        ofGroups[index] = progress;
        onProgress(sumOf(ofGroups));
      }),
    );
  }
  return checked;
}

function sumOf(groups: readonly CheckProgress[]): CheckProgress {
  const files = groups.reduce((sum, group) => sum + group.files, 0);
  const weighed = groups.reduce((sum, group) => sum + group.files * group.fraction, 0);
  return {
    files,
    checked: groups.reduce((sum, { checked }) => sum + checked, 0),
    fraction: files === 0 ? 1 : weighed / files,
  };
}

function meanOf(fractions: readonly number[]): number {
  return fractions.reduce((sum, fraction) => sum + fraction, 0) / Math.max(1, fractions.length);
}
