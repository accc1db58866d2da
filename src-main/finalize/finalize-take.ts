import pLimit from 'p-limit';
import type { ManifestFile } from '../contract/manifest.js';
import { inTime } from '../process/deadline.js';
import { diskPatienceMs, roomToFinishIn } from '../storage/take-folder.js';
import { finalizeFailure } from './assembly.js';
import { endCopied } from './check-copied.js';
import { completeStamp } from './complete-stamp.js';
import {
  assemblyOf,
  finalizeFile,
  finalizeLimitMs,
  type FinalizeRequest,
  leftAsItWas,
  within,
} from './finalize-file.js';
import { type IndexedFile, indexInPlace } from './finalize-in-place.js';
import { gapsOfFile } from './gaps-of-file.js';

/** Remuxes read and write at once: more of them would only wait for the same disk. */
const filesAtOnce = 2;

/** Files of a take that play, and what is left to do with them. */
export interface UsableFiles {
  /** In the order of the request: `unchecked`, or what came of a file that could not be finished where it stands. */
  readonly entries: readonly ManifestFile[];
  /**
   * Reads every unchecked one through, at the request's priority, and holds it against what was written.
   *
   * @returns the manifest's entries, in the order of the request; never throws for a file that resists
   */
  check(onProgress: (progress: CheckProgress) => void): Promise<ManifestFile[]>;
}

/** How far a take's files are checked. */
export interface CheckProgress {
  /** How many have to be. */
  readonly files: number;
  /** How many are. */
  readonly checked: number;
  /** 0 to 1, over all of them. */
  readonly fraction: number;
}

/** The share of the whole that makes files usable; the reading takes the rest. */
const usableFraction = 0.1;

/**
 * Makes ordinary, verified files of the fragmented ones. Never throws for a file that resists: it stays
 * as it grew, which plays, and its entry says why.
 *
 * @returns the manifest's entries, in the order of the request
 */
export async function finalizeFiles({
  onCheck,
  ...request
}: FinalizeRequest & { readonly onCheck?: ((progress: CheckProgress) => void) | undefined }): Promise<
  ManifestFile[]
> {
  const usable = await makeUsable({
    ...request,
    onProgress: (fraction) => request.onProgress(usableFraction * fraction),
  });
  const entries = await usable.check((progress) => {
    request.onProgress(usableFraction + (1 - usableFraction) * progress.fraction);
    onCheck?.(progress);
  });
  request.onProgress(1);
  return entries;
}

/**
 * First every MP4 gets its index, which takes moments; then they can be read through one after the other. Whoever needs a
 * file, or ends the program, need not wait for the reading. What cannot be finished where it stands is copied and proven
 * here: until then there is no ordinary file of it.
 */
export async function makeUsable(request: FinalizeRequest): Promise<UsableFiles> {
  const fractions = new Fractions(request.entries, request.onProgress);
  const { indexed, stuck } = await indexFiles(request, fractions);
  const others = request.entries.filter((entry) => !indexed.has(entry));
  const finished = await finishEach(request, others, { stuck, fractions });
  const entries = request.entries.map((entry) => {
    const file = indexed.get(entry);
    return file === undefined ? (finished.get(entry) ?? entry) : uncheckedEntry(entry, file);
  });
  return {
    entries,
    check: async (onProgress) => {
      const unchecked = [...indexed.keys()];
      const files = unchecked.length;
      let checked = 0;
      const tell = (fraction: number): void => onProgress({ files, checked, fraction });
      tell(files === 0 ? 1 : 0);
      const found = await finishEach(request, unchecked, {
        stuck,
        fractions: new Fractions(unchecked, tell),
        onFile: () => {
          checked += 1;
        },
      });
      return request.entries.map((entry, index) => found.get(entry) ?? entries[index] ?? entry);
    },
  };
}

/** How far each of some files is, as one number. */
class Fractions {
  readonly #done = new Map<ManifestFile, number>();
  readonly #entries: readonly ManifestFile[];
  readonly #onProgress: (fraction: number) => void;

  constructor(entries: readonly ManifestFile[], onProgress: (fraction: number) => void) {
    this.#entries = entries;
    this.#onProgress = onProgress;
  }

  set(entry: ManifestFile, fraction: number): void {
    this.#done.set(entry, fraction);
    let sum = 0;
    for (const done of this.#done.values()) sum += done;
    this.#onProgress(sum / Math.max(1, this.#entries.length));
  }
}

interface Finishing {
  /** Their disk does not answer. */
  readonly stuck: ReadonlySet<ManifestFile>;
  readonly fractions: Fractions;
  readonly onFile?: () => void;
}

async function finishEach(
  request: FinalizeRequest,
  entries: readonly ManifestFile[],
  { fractions, onFile, stuck }: Finishing,
): Promise<Map<ManifestFile, ManifestFile>> {
  const finished = new Map<ManifestFile, ManifestFile>();
  await pLimit(filesAtOnce).map(entries, async (entry) => {
    const file = await finalizeFile(request, entry, stuck.has(entry), (fraction) => {
      fractions.set(entry, fraction);
    }).catch((thrown: unknown) => leftAsItWas(request, entry, thrown));
    finished.set(entry, file);
    onFile?.();
    fractions.set(entry, 1);
  });
  return finished;
}

/** It plays, and nothing is said of it that nobody has looked at. */
function uncheckedEntry(entry: ManifestFile, file: IndexedFile): ManifestFile {
  const gaps = gapsOfFile(entry, file.gaps);
  const intact = { isEarned: false, problem: 'It is not checked yet.', packets: null, worstGap: null };
  return {
    ...entry,
    ...{ gaps, state: 'unchecked', durationMs: file.durationMs, sizeBytes: file.sizeBytes, sha256: null },
    stamps: { intact, complete: completeStamp({ ...entry, gaps }) },
  };
}

/** What can be finished where it stands is. What resists is met again by {@link finalizeFile}, which says so. */
async function indexFiles(
  request: FinalizeRequest,
  fractions: Fractions,
): Promise<{
  /** Those that play under their own names. */
  readonly indexed: ReadonlyMap<ManifestFile, IndexedFile>;
  /** Those whose disk does not answer: somebody may still write into them. */
  readonly stuck: ReadonlySet<ManifestFile>;
}> {
  const { entries, filler, folder, report } = request;
  const startedMs = performance.now();
  const indexed = new Map<ManifestFile, IndexedFile>();
  const stuck = new Set<ManifestFile>();
  await pLimit(filesAtOnce).map(entries, async (entry) => {
    const disk = await inTime(roomToFinishIn(folder), diskPatienceMs);
    if (!disk.isInTime) return;
    const indexing = withRoom(request, disk.value, (freeBytes) => {
      const assembly = { ...assemblyOf(request, entry), freeBytes };
      const signal = within(finalizeLimitMs, request.signal);
      return entry.copy === undefined ? indexInPlace({ ...assembly, signal }, filler) : endCopied(assembly);
    }).catch(() => null);
    const done = await inTime(indexing, finalizeLimitMs + diskPatienceMs);
    if (!done.isInTime) stuck.add(entry);
    else if (done.value?.hasItsName === true) {
      indexed.set(entry, done.value);
      fractions.set(entry, 1);
    }
  });
  if (entries.length > 0 && indexed.size === entries.length) {
    report.info('filesUsable', 'Every file plays and can be copied. Now their content is checked.', null, {
      files: indexed.size,
      tookMs: Math.round(performance.now() - startedMs),
    });
  }
  return { indexed, stuck };
}

/** Makes a file, and once more with what the take keeps on its disk for that when there is too little space. */
async function withRoom<Made>(
  { folder, makeRoom }: FinalizeRequest,
  freeBytes: number | null,
  make: (freeBytes: number | null) => Promise<Made>,
): Promise<Made> {
  try {
    return await make(freeBytes);
  } catch (thrown) {
    if (finalizeFailure(thrown).code !== 'diskFull' || (await makeRoom?.()) !== true) throw thrown;
    return make(await roomToFinishIn(folder));
  }
}
