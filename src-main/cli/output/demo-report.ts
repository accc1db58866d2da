import { join, resolve } from 'node:path';
import type { Manifest, ManifestFile } from '../../contract/manifest.js';
import { formatBytes } from '../../format/bytes.js';
import { absent, formatCount } from '../../format/number.js';
import { formatDuration, formatMilliseconds } from '../../format/time.js';
import { type OffsetStatistics, offsetStatistics } from '../../lab/content/content-statistics.js';
import type { TakeContent } from '../../lab/content/take-content.js';
import type { MemorySample } from '../../telemetry/memory-sample.js';
import { printable } from './printable.js';
import { describeDrops, dropsByCause } from './status-lines.js';
import { textTable } from './text-table.js';

/** What the demo asks of a file: pairs of flash and beep that have to be found, and how far they may stray. */
const minPairsFound = 0.95;
const maxOffsetP95Ms = 40;
/** How long WebRTC's jitter buffer may take to find its length, by which the audio moves meanwhile. */
const settleMs = 8_000;

/** Of fewer pairs than this a percentile says nothing: a short demo is judged by all of them. */
const minSettledPairs = 3;

/** The offset between video and audio once it has settled. */
export function settledOffset({ pairs, silentIntervalsMs }: TakeContent): OffsetStatistics | null {
  const begins = [0, ...silentIntervalsMs.map(({ toMs }) => toMs)];
  const settled = pairs.filter(({ flashMs }) =>
    begins.every((ms) => flashMs < ms || flashMs >= ms + settleMs),
  );
  return offsetStatistics(settled.length >= minSettledPairs ? settled : pairs);
}

/** Memory over time: the table that the project began with. */
export function memoryTable(samples: readonly MemorySample[]): string[] {
  return textTable(
    [
      { title: 'time', align: 'right' },
      { title: 'memory (RSS)', align: 'right' },
      { title: 'ffmpeg', align: 'right' },
      { title: 'frames', align: 'right' },
      { title: 'dropped', align: 'right' },
      { title: 'longest gap', align: 'right' },
    ],
    samples.map((sample) => [
      formatDuration(sample.takeMs),
      formatBytes(sample.rssBytes),
      formatBytes(sample.ffmpegRssBytes),
      formatCount(sample.frames),
      formatCount(sample.dropped),
      formatMilliseconds(sample.maxFrameGapMs),
    ]),
  );
}

/** A file of the manifest, and what decoding it has shown. */
export interface AnalysedFile {
  readonly entry: ManifestFile;
  readonly content: TakeContent;
}

/** What the recorded files were found to hold. */
export function contentTable(files: readonly AnalysedFile[]): string[] {
  // A tenth of a millisecond: the offsets that are compared here differ by a few.
  const offset = (ms: number | undefined): string => (ms === undefined ? absent : `${ms.toFixed(1)} ms`);
  return textTable(
    [
      { title: 'file', align: 'left' },
      { title: 'flash + beep', align: 'right' },
      { title: 'A/V offset', align: 'right' },
      { title: 'p95 around it', align: 'right' },
      { title: 'counters skipped', align: 'right' },
      { title: 'repeated', align: 'right' },
      { title: 'drops by cause', align: 'left' },
    ],
    files.map(({ entry, content }) => [
      printable(entry.file),
      `${content.pairs.length} pairs`,
      offset(settledOffset(content)?.medianMs),
      offset(settledOffset(content)?.p95AbsAfterMedianMs),
      skippedCounters(content),
      String(content.counters.duplicated.length),
      describeDrops(dropsByCause([entry.video])),
    ]),
  );
}

/** `1 of 33`: of the counters from the first that a file shows to its last. What lacks before and after is not among them. */
function skippedCounters({ counters: { missing, first, last } }: TakeContent): string {
  if (first === null || last === null) return absent;
  // Painted counters start again at 0.
  const span = last >= first ? last - first + 1 : null;
  return span === null
    ? formatCount(missing.length)
    : `${formatCount(missing.length)} of ${formatCount(span)}`;
}

/** What is not as it should be, in sentences; empty when all is well. */
export function demoProblems(
  manifest: Manifest,
  files: readonly AnalysedFile[],
  peakRssBytes: number,
  expectedFiles: number,
): string[] {
  const problems: string[] = [];
  if (manifest.files.length !== expectedFiles) {
    problems.push(`${manifest.files.length} files were recorded, not ${expectedFiles}.`);
  }
  if (manifest.budgetBytes !== null && peakRssBytes > manifest.budgetBytes) {
    problems.push('Memory went above its budget.');
  }
  for (const { entry, content } of files) {
    if (content.counters.duplicated.length > (entry.repeatedFrames ?? 0)) {
      problems.push(`${entry.file} repeats more frames than were counted.`);
    }
    const pairable = content.flashOnsetsMs.filter((ms) => isHeard(content, ms)).length;
    if (pairable === 0 || content.pairs.length < minPairsFound * pairable) {
      problems.push(`${entry.file}: only ${content.pairs.length} of ${pairable} flashes have a beep.`);
    }
    if ((settledOffset(content)?.p95AbsAfterMedianMs ?? Infinity) > maxOffsetP95Ms) {
      problems.push(`${entry.file}: the A/V offset varies by more than ${maxOffsetP95Ms} ms.`);
    }
  }
  return problems;
}

/** Whether a flash has a beep to be found: not while the microphone is muted, nor at the edges of the file. */
function isHeard(content: TakeContent, flashMs: number): boolean {
  const edgeMs = 500;
  if (flashMs < edgeMs || flashMs > content.audioDurationMs - edgeMs) return false;
  return !content.silentIntervalsMs.some(
    ({ fromMs, toMs }) => flashMs > fromMs - edgeMs && flashMs < toMs + edgeMs,
  );
}

/** Absolute paths of a take's files, a line each. */
export function filePaths(takePath: string, files: readonly ManifestFile[]): string[] {
  return files.map(({ file }) => `  ${resolve(join(takePath, file))}`);
}
