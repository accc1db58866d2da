import { mediaUrl } from '../ffmpeg/media-url.js';
import { type FfmpegUse, runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import type { Chapter } from '../mp4/movie-box.js';

/** Both are told in whole milliseconds, one by rounding and one by cutting. */
const toleranceMs = 1;

/** The chapters of a file, as ffmpeg reads them. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
export async function readChapters(path: string, use: FfmpegUse): Promise<Chapter[]> {
  const lines: string[] = [];
  await runFfmpeg(
    {
      ...use,
      arguments: [
        ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error', '-i', mediaUrl(path)],
        // Without a stream: a file has no other way of being asked.
        ...['-f', 'ffmetadata', '-'],
      ],
      onStdoutLine: (line) => lines.push(line),
    },
    'reading the chapters',
  );
  return parseChapters(lines);
}

/** Reads chapters out of the lines of `ffmetadata`. */
export function parseChapters(lines: readonly string[]): Chapter[] {
  const chapters: { atMs: number; title: string }[] = [];
  let base = 1;
  for (const line of lines) {
    const last = chapters.at(-1);
    if (line === '[CHAPTER]') chapters.push({ atMs: 0, title: '' });
    const [, numerator = '', denominator = ''] = /^TIMEBASE=(\d+)\/(\d+)$/.exec(line) ?? [];
    if (numerator !== '') base = Number(numerator) / Number(denominator);
    const [, start] = /^START=(\d+)$/.exec(line) ?? [];
    const [, title] = /^title=(.*)$/.exec(line) ?? [];
    if (last === undefined) continue;
    if (start !== undefined) last.atMs = Math.round(Number(start) * base * 1_000);
    if (title !== undefined) last.title = title.replaceAll(/\\(.)/g, '$1');
  }
  return chapters;
}

/** What is wrong with the chapters of a finished file, in one sentence; null when they are those that it should have. */
export function chapterProblem(wanted: readonly Chapter[], found: readonly Chapter[]): string | null {
  if (found.length !== wanted.length) return `It has ${found.length} chapters, not ${wanted.length}.`;
  const wrong = wanted.findIndex(({ atMs, title }, index) => {
    const other = found[index];
    return other?.title !== title || Math.abs(other.atMs - atMs) > toleranceMs;
  });
  return wrong < 0 ? null : `Chapter ${wrong + 1} is another one than the marker of the take.`;
}
