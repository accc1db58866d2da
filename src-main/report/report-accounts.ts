import type { Accounting } from '../contract/manifest.js';
import type { Report } from '../contract/report.js';

/** What became of the frames of one stream; null where the report has none of that file and medium. */
export function accountingOf(
  streams: Report['streams'],
  file: string,
  medium: 'video' | 'audio',
): Accounting | null {
  return streams.find((stream) => stream.file === file && stream.medium === medium)?.accounting ?? null;
}
