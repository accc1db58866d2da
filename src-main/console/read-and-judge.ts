import { contentOfManifest } from '../contract/losses.js';
import type { TakeVerificationResult } from '../contract/takes.js';
import { type TakeVerification, verifyTake } from '../finalize/verify-take.js';
import { notRecordedSentences } from '../format/signal-text.js';
import { isAsMade, isOnlyEarly } from '../format/verification.js';
import { readManifest } from '../storage/manifest-file.js';
import { foldersOfTake, unreadableFolder } from '../storage/other-folders.js';
import { signalSentencesOf } from './take-entry.js';

/** What was found in all folders of a take, and where its tracks were on and delivered nothing, in sentences. */
type FoundInFolders = Pick<TakeVerification, 'deliverables' | 'files' | 'findings' | 'ok'> & {
  readonly signals: readonly string[];
};

/**
 * Decodes every file of a take, in each of its folders that can be read, and says what is wrong and what is missing: as
 * `plateau verify` judges it.
 *
 * @param folder of the take, on which nobody works
 * @param onProgress hears 0 to 1
 * @throws PlateauError as `verifyTake` does
 */
export async function readAndJudge(
  folder: string,
  onProgress: (fraction: number) => void,
): Promise<TakeVerificationResult> {
  const manifest = await readManifest(folder);
  const { notRecorded, problem } = manifest;
  const { ok, findings, files, deliverables, signals } = await verifyEach(folder, onProgress);
  const isEarly = isOnlyEarly({ files, findings }, manifest);
  const altered = deliverables.filter((one) => !isAsMade(one));
  const notIntact = files.filter((one) => !one.ok).map(({ file }) => file);
  return {
    ...(notIntact.length > 0 && { notIntact }),
    content: contentOfManifest({ files, notRecorded }),
    isOk: (ok || isEarly) && altered.length === 0,
    isProven: files.every(({ stamps }) => stamps?.intact.isEarned === true),
    findings: [
      ...(isEarly ? [] : findings.map(({ message }) => message)),
      ...files.flatMap(({ file, findings: found }) => found.map(({ message }) => `${file}: ${message}`)),
      // They play in the place of their originals.
      ...altered.flatMap(({ problem: change }) => change ?? []),
    ],
    losses: [
      ...(isEarly && problem !== null ? [`The take ended early. ${problem.message}`] : []),
      ...files.flatMap(({ file, stamps }) =>
        stamps?.complete.problem ? [`${file}: ${stamps.complete.problem}`] : [],
      ),
      ...signals,
      ...notRecordedSentences(notRecorded),
    ],
  };
}

async function verifyEach(folder: string, onProgress: (fraction: number) => void): Promise<FoundInFolders> {
  const manifest = await readManifest(folder);
  const folders = await foldersOfTake(folder, manifest);
  const missing = (manifest.folders?.length ?? 1) - folders.length;
  const found: TakeVerification[] = [];
  for (const [index, { path }] of folders.entries()) {
    const told = (fraction: number): void => onProgress((index + fraction) / folders.length);
    found.push(await verifyTake(path, 'full', { onProgress: told }));
  }
  const unreachable = { code: 'missing', message: unreadableFolder } as const;
  return {
    ok: missing === 0 && found.every(({ ok }) => ok),
    deliverables: found.flatMap(({ deliverables }) => deliverables),
    signals: signalSentencesOf(folders),
    files: found.flatMap(({ files }) => files),
    findings: [...(missing === 0 ? [] : [unreachable]), ...found.flatMap(({ findings }) => findings)],
  };
}
