import { extname } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4a': 'audio/mp4',
  '.mkv': 'video/x-matroska',
  '.mka': 'audio/x-matroska',
  '.webm': 'video/webm',
};

/** Null for what is no recording: a manifest is not played. */
export function mediaTypeOf(file: string): string | null {
  return contentTypes[extname(file).toLowerCase()] ?? null;
}

/** Bytes of a file, the last one included. */
export interface ByteRange {
  readonly firstByte: number;
  readonly lastByte: number;
}

/**
 * Reads a Range header (RFC 9110, section 14): video seeks with it.
 *
 * @returns the bytes to send; `whole` without a header, or with one that asks for several ranges or for
 *   something else than bytes; `unsatisfiable` when it begins beyond the end
 */
export function parseRange(header: string | null, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const countBytes = Math.min(Number(last), sizeBytes);
    if (countBytes === 0) return 'unsatisfiable';
    return { firstByte: sizeBytes - countBytes, lastByte: sizeBytes - 1 };
  }
  const firstByte = Number(first);
  const lastByte = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < firstByte) return 'whole';
  return firstByte >= sizeBytes ? 'unsatisfiable' : { firstByte, lastByte };
}
