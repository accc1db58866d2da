import { PlateauError } from '../contract/errors.js';
import { markerLimits } from '../contract/limits.js';
import type { Manifest, Marker } from '../contract/manifest.js';
import type { MarkerChange } from '../contract/takes.js';
import { readManifest, writeManifest } from './manifest-file.js';
import { assertNotInUse, TakeLock } from './take-lock.js';

/** Changes of this process wait for one another, by the take's first folder; a finished one is forgotten. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Adds, changes or deletes one marker of a take that has ended. The take is kept for this process meanwhile, and each
 * manifest is replaced as a whole. Media files are not touched: chapters that are in them stay.
 *
 * @param folders of the take; the first one is what is read, and all of them say the same afterwards
 * @returns all markers, in the order of time
 * @throws PlateauError `takeInUse` while a living process works on the take; `invalidState` when nobody has finished it, or
 *   the marker is another one by now; `usage` for a marker outside of the take, or one too many; `outputUnwritable`,
 *   `diskFull`, and what {@link readManifest} throws
 */
export function changeMarker(
  folders: readonly [string, ...string[]],
  change: MarkerChange,
): Promise<Marker[]> {
  const [first] = folders;
  const turn = (turns.get(first) ?? Promise.resolve())
    .catch(() => undefined)
    .then(() => changeInTurn(folders, change));
  turns.set(first, turn);
  const forget = (): void => {
    if (turns.get(first) === turn) turns.delete(first);
  };
  turn.then(forget, forget);
  return turn;
}

async function changeInTurn(
  folders: readonly [string, ...string[]],
  change: MarkerChange,
): Promise<Marker[]> {
  const locks: TakeLock[] = [];
  try {
    for (const folder of folders) {
      await assertNotInUse(folder);
      // What nobody has finished keeps the lock that says when its recorder was gone.
      assertEnded(await readManifest(folder));
      locks.push(await TakeLock.acquire(folder, 'editing', () => 0));
    }
    // Read again: it may have been changed before the take was ours.
    const manifests: Manifest[] = [];
    for (const folder of folders) manifests.push(await readManifest(folder));
    for (const manifest of manifests) assertEnded(manifest);
    const markers = changedMarkers(manifests[0]?.markers ?? [], change, manifests[0]?.durationMs ?? null);
    for (const [at, folder] of folders.entries()) {
      const manifest = manifests[at];
      if (manifest !== undefined) await writeManifest(folder, { ...manifest, markers });
    }
    return markers;
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/**
 * The markers of a take after a change, in the order of time.
 *
 * @param durationMs of the take; null where it is not known
 * @throws PlateauError `invalidState`, `usage`
 */
export function changedMarkers(
  markers: readonly Marker[],
  { before, after }: MarkerChange,
  durationMs: number | null,
): Marker[] {
  const at = before === null ? -1 : markers.findIndex((marker) => isSame(marker, before));
  if (before !== null && at === -1) {
    throw new PlateauError(
      'invalidState',
      'The marker was changed or deleted by somebody else.',
      'Refresh the list, and try again.',
    );
  }
  const kept = markers.filter((_, index) => index !== at);
  if (after === null) return kept;
  if (before === null && kept.length >= markerLimits.perTake) {
    throw new PlateauError(
      'usage',
      `A take has ${markerLimits.perTake} markers at most.`,
      'Delete one that is not needed.',
    );
  }
  // One that is beyond the end already may be renamed where it is.
  if (durationMs !== null && after.takeMs > durationMs && after.takeMs !== before?.takeMs) {
    throw new PlateauError(
      'usage',
      'The marker would be behind the end of the take.',
      'Choose an earlier moment.',
    );
  }
  const written = withoutEmptyNote(after);
  const later = kept.findIndex(({ takeMs }) => takeMs > written.takeMs);
  return later === -1 ? [...kept, written] : [...kept.slice(0, later), written, ...kept.slice(later)];
}

function withoutEmptyNote({ takeMs, label, note = '' }: Marker): Marker {
  return { takeMs, label, ...(note !== '' && { note }) };
}

function isSame(one: Marker, other: Marker): boolean {
  return one.takeMs === other.takeMs && one.label === other.label && (one.note ?? '') === (other.note ?? '');
}

function assertEnded({ state }: Manifest): void {
  if (state === 'complete' || state === 'failed') return;
  throw state === 'checking'
    ? new PlateauError('invalidState', 'The take has not been checked yet.', 'Verify it first.')
    : new PlateauError('invalidState', 'The take was not finished.', 'Recover it first.');
}
