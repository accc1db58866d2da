import { basename, join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { type Content, contentOfManifest, gradeOfStamp, isWorseGrade } from '../contract/losses.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { Stamps } from '../contract/stamps.js';
import { findFfmpeg } from '../ffmpeg/ffmpeg-binary.js';
import { assertHasParts, partsForCopied, partsForVerifying } from '../ffmpeg/ffmpeg-capabilities.js';
import { endedAtOnce } from '../format/take-problem.js';
import { sha256OfFile } from '../storage/checksum.js';
import { readManifest } from '../storage/manifest-file.js';
import { copiedToleranceMs } from './check-copied.js';
import { checkDeliverables, type CheckedDeliverable } from './check-deliverables.js';
import { completeNow } from './complete-now.js';
import { completeStamp } from './complete-stamp.js';
import { type Finding, finding, type FindingCode } from './finding.js';
import { type UnnamedFile, unnamedMedia } from './unnamed-media.js';
import { verifyFile, type VerifyMode, type VerifyResult } from './verify.js';

export interface VerifiedFile extends VerifyResult {
  /** File name inside the take folder. */
  readonly file: string;
  readonly identity: string;
  /** What the manifest says of it. */
  readonly state: ManifestFile['state'];
  /** As in the manifest: so many frames fewer than its rate says. Left out where that is not counted. */
  readonly emptySlots?: number;
  /**
   * Both stamps as they were found now: by the file's packets, and by the manifest's counts and gaps. Left out of a file of which
   * nothing can be read: it is not there, it is empty, or it is no media file. Of what is not in it nobody can say why.
   */
  readonly stamps?: Stamps;
  /** What its further audio streams lack, judged in the same way. */
  readonly furtherAudio?: readonly { readonly stamps: Pick<Stamps, 'complete'> }[];
}

export interface TakeVerification {
  /** Every file is intact, and the take is. */
  readonly ok: boolean;
  /** Every file is complete: at most 0.1 % is missing. */
  readonly isComplete: boolean;
  /** What is said of the content as it was found now. */
  readonly content: Content | null;
  readonly takeName: string;
  /** What is wrong with the take as a whole. */
  readonly findings: readonly Finding[];
  readonly files: readonly VerifiedFile[];
  /** Media files in the folder of which the manifest knows nothing: they were not checked, and say nothing of the take. */
  readonly unnamed: readonly UnnamedFile[];
  /** Files that were made of the take's: they say nothing of the take either. */
  readonly deliverables: readonly CheckedDeliverable[];
}

export interface VerifyTakeOptions {
  readonly ffmpegPath?: string;
  readonly signal?: AbortSignal;
  /** 0 to 1, over all files. */
  readonly onProgress?: (fraction: number) => void;
}

/** Nothing was read of such a file: what it held is said by its manifest alone, and is not found now. */
const unread: readonly FindingCode[] = ['missing', 'empty', 'unreadable'];

/** Decoding takes a core and hashing a disk: two files keep both busy. */
const filesAtOnce = 2;

/**
 * Checks every file of a take against its manifest, checksums and packets included, and judges both stamps anew.
 *
 * @throws PlateauError `takeNotFound` when the folder holds no manifest; `ffmpegMissing`, `ffmpegUnsuitable`
 */
export async function verifyTake(
  folder: string,
  mode: VerifyMode,
  options: VerifyTakeOptions = {},
): Promise<TakeVerification> {
  const manifest = await readManifest(folder);
  const ffmpegPath = options.ffmpegPath ?? (await ffmpegForVerifying(manifest));
  const fractions = manifest.files.map(() => 0);
  const report = (index: number, fraction: number): void => {
    fractions[index] = fraction;
    options.onProgress?.(fractions.reduce((sum, one) => sum + one, 0) / fractions.length);
  };

  const files: VerifiedFile[] = [];
  const waiting = manifest.files.entries();
  const work = async (): Promise<void> => {
    for (const [index, entry] of waiting) {
      const onProgress = (fraction: number): void => report(index, fraction);
      files[index] = await verifyEntry(folder, entry, mode, {
        ffmpegPath,
        signal: options.signal,
        onProgress,
      });
      report(index, 1);
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, work));
  const findings = takeFindings(manifest);
  const deliverables = await checkDeliverables(folder, manifest, options.signal);
  const made = new Set(deliverables.map(({ file }) => file));
  const unnamed = await unnamedMedia(folder, manifest).catch(() => []);
  return {
    ok: findings.length === 0 && files.every((file) => file.ok),
    isComplete:
      files.length > 0 &&
      manifest.notRecorded.length === 0 &&
      files
        .flatMap((file) => [file, ...(file.furtherAudio ?? [])])
        .every(({ stamps }) => stamps?.complete.isEarned === true),
    content: contentOfManifest({ files, notRecorded: manifest.notRecorded }),
    takeName: manifest.takeName,
    findings,
    files,
    unnamed: unnamed.filter(({ file }) => !made.has(file)),
    deliverables,
  };
}

/** An ffmpeg that cannot read the files would call all of them damaged. */
async function ffmpegForVerifying({ mode, profile, files }: Manifest): Promise<string> {
  const ffmpeg = await findFfmpeg();
  const copied = files.filter(({ copy }) => copy !== undefined);
  const encoded = files.filter(({ copy }) => copy === undefined);
  if (mode === 'copy')
    await assertHasParts(ffmpeg, partsForCopied(copied.flatMap(({ videoCodec }) => videoCodec ?? [])));
  // One that went over to copy mode has both.
  if (mode !== 'copy' || encoded.length > 0)
    await assertHasParts(
      ffmpeg,
      partsForVerifying(
        profile,
        encoded.some(({ canvas }) => canvas !== null),
      ),
    );
  return ffmpeg.path;
}

async function verifyEntry(
  folder: string,
  entry: ManifestFile,
  mode: VerifyMode,
  options: { ffmpegPath: string; signal: AbortSignal | undefined; onProgress: (fraction: number) => void },
): Promise<VerifiedFile> {
  const path = join(folder, insideFolder(entry.file));
  const packets = entry.stamps?.intact.packets ?? null;
  const copied = entry.copy === undefined ? {} : { durationToleranceMs: copiedToleranceMs, hasSizes: true };
  const verified = await verifyFile(path, { ...entry, packets, ...copied }, mode, options);
  const isMissing = verified.findings.some((finding) => finding.code === 'missing');
  const findings: Finding[] = [...verified.findings];
  if (!isMissing) findings.push(...(await checksumFindings(path, entry, options.signal)));
  if (entry.state !== 'verified') {
    findings.push({
      code: 'notFinalized',
      message:
        entry.problem ??
        (entry.state === 'unchecked'
          ? 'The file was not checked when its take had ended.'
          : 'The file was never finalized: its take was interrupted.'),
    });
  }
  const { emptySlots, file, identity, state } = entry;
  const found = { ...verified, findings, file, identity, state };
  if (findings.some(({ code }) => unread.includes(code))) return { ...found, ok: false };
  const complete = completeNow(entry, verified);
  // A stamp without a grade is of a version that tolerated more.
  const said = entry.stamps?.complete.grade;
  if (said !== undefined && isWorseGrade(gradeOfStamp(complete), said)) {
    findings.push({
      code: 'notComplete',
      message: `The manifest says that the file lacks less than it does: ${complete.problem ?? ''}`,
    });
  }
  const furtherAudio = (entry.furtherAudio ?? []).map((stream) => ({
    stamps: { complete: completeStamp(stream) },
  }));
  const ok = findings.length === 0;
  // What was not counted while it was written cannot be proven later; an older manifest says nothing of it.
  const before = entry.stamps?.intact;
  const intact = {
    isEarned: ok && before?.isEarned !== false,
    problem: findings[0]?.message ?? before?.problem ?? null,
    packets: verified.packets,
    worstGap: verified.worstGap,
  };
  const stamps = { intact, complete };
  return {
    ...{ ...found, ok, stamps, furtherAudio },
    ...(emptySlots !== undefined && { emptySlots }),
  };
}

/** What one user may not read, or a disk does not give, says nothing of the take's other files. */
async function checksumFindings(
  path: string,
  { sha256 }: Pick<ManifestFile, 'sha256'>,
  signal: AbortSignal | undefined,
): Promise<Finding[]> {
  if (sha256 === null) return [];
  try {
    if ((await sha256OfFile(path, signal)) === sha256) return [];
    return [
      finding('checksumMismatch', 'The file was changed after it had been recorded (SHA-256 differs).'),
    ];
  } catch (thrown) {
    signal?.throwIfAborted();
    const code = thrown instanceof Error && 'code' in thrown ? ` (${String(thrown.code)})` : '';
    return [finding('unreadable', `The file cannot be read${code}.`)];
  }
}

/** What is wrong with a take as a whole, by its manifest. */
export function takeFindings(
  manifest: Pick<Manifest, 'durationMs' | 'files' | 'folders' | 'problem' | 'state'>,
): Finding[] {
  // A take that is complete may have a problem, too: it holds less than was asked for, but what it should.
  if (manifest.state === 'failed') {
    const failed = finding('takeFailed', manifest.problem?.message ?? 'The take failed.');
    return [failed, ...nothingRecorded(manifest)];
  }
  if (manifest.state !== 'complete') {
    return [
      {
        code: 'notFinalized',
        message:
          manifest.state === 'checking'
            ? 'The take was not checked when it had ended.'
            : `The take is ${manifest.state}: it is still running, or it was interrupted.`,
      },
    ];
  }
  return nothingRecorded(manifest);
}

/** Nothing can be said of the files of a take that has none. One that went on elsewhere may have all of its files there. */
function nothingRecorded({
  durationMs,
  files,
  folders = [],
}: Pick<Manifest, 'durationMs' | 'files' | 'folders'>): Finding[] {
  const atOnce = files.length > 0 ? endedAtOnce({ durationMs, files }) : null;
  if (atOnce !== null) return [finding('nothingRecorded', atOnce.message)];
  if (files.length > 0 || folders.length > 1) return [];
  return [finding('nothingRecorded', 'Nothing was recorded: the take has no files.')];
}

/** A manifest is a file that anybody can change: it must not lead out of its folder. */
function insideFolder(file: string): string {
  if (basename(file) !== file || file === '..') {
    throw new PlateauError(
      'verificationFailed',
      'manifest.json names a file outside of the take folder.',
      'It was changed by hand.',
    );
  }
  return file;
}
