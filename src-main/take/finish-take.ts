import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { FinalizeRequest } from '../finalize/finalize-file.js';
import { type CheckProgress, makeUsable } from '../finalize/finalize-take.js';
import { addFurtherAudio, removeObsolete } from '../finalize/further-audio.js';
import type { HurriedWait } from '../process/hurry.js';
import type { TakeLock } from '../storage/take-lock.js';
import type { ManifestQueue } from './take-manifest.js';

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

/** The files of a take whose encoders have ended, and what is needed to make something of them. */
export interface FinishRequest {
  readonly files: Omit<FinalizeRequest, 'onProgress' | 'priority' | 'signal'>;
  readonly furtherAudio: 'file' | 'stream';
  /** Told of every progress; when it gives up, nothing more is written. */
  readonly wait: HurriedWait;
  readonly manifests: ManifestQueue;
  /** Says what is being done with the take. */
  readonly lock: TakeLock | null;
  readonly hooks: StopHooks;
  /** The manifest with these files. @param state null for the one that they earn */
  readonly manifestOf: (files: ManifestFile[], state: 'checking' | null) => Manifest;
}

/**
 * Makes ordinary files of what encoders left, says so, and then checks them.
 *
 * @returns the final manifest, which is on the disk
 * @throws PlateauError `diskFull`, `outputUnwritable` for that manifest; the reason of `wait` when it has given up
 */
export async function finishTake(request: FinishRequest): Promise<Manifest> {
  const { furtherAudio, hooks, lock, manifestOf, manifests, wait } = request;
  const files: FinalizeRequest = {
    ...request.files,
    // Another take may be recorded meanwhile; none is when the program ends, and then the time is short.
    priority: wait.isHurried ? undefined : 'belowNormal',
    signal: wait.givenUp,
    onProgress: (fraction) => {
      wait.progress();
      hooks.onProgress?.(fraction);
    },
  };
  const usable = await makeUsable(files);
  wait.givenUp.throwIfAborted();
  if (usable.entries.some(({ state }) => state === 'unchecked')) {
    await manifests.save(() => manifestOf([...usable.entries], 'checking'));
    await lock?.changeWork('checking');
    wait.givenUp.throwIfAborted();
    hooks.onUsable?.();
  }
  const inTurn = hooks.inTurn ?? ((check) => check());
  const checked = await inTurn(() =>
    usable.check((progress) => {
      wait.progress();
      hooks.onCheck?.(progress);
    }),
  );
  wait.givenUp.throwIfAborted();
  const { entries, obsolete } =
    furtherAudio === 'file'
      ? { entries: checked, obsolete: [] }
      : await addFurtherAudio({ ...files, entries: checked });
  wait.givenUp.throwIfAborted();
  const manifest = manifestOf(entries, null);
  await manifests.finish(manifest);
  await removeObsolete(files.folder, obsolete);
  return manifest;
}
