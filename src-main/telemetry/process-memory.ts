import { readFileSync } from 'node:fs';

/** Linux's page size on every platform that the SDK is built for. */
const pageBytes = 4096;

/** Memory of this process, in bytes. */
export interface ProcessMemory {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
  readonly nativeBytes: number;
}

/** This process's memory. native = rss - heapTotal - external. */
export function ownMemory(): ProcessMemory {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
  return {
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    externalBytes: external,
    arrayBuffersBytes: arrayBuffers,
    nativeBytes: rss - heapTotal - external,
  };
}

/** Memory of another process, in bytes. */
export interface ResidentMemory {
  readonly rssBytes: number;
  /** Part of it: pages of files, mostly program code. Processes of the same program have them in common. */
  readonly fileBytes: number;
}

/**
 * Resident memory of another process, from /proc/PID/statm (proc(5)). Null where there is no such file: on macOS and
 * Windows, and when the process has ended.
 */
export function residentMemoryOf(pid: number): ResidentMemory | null {
  try {
    const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
    if (resident === undefined || shared === undefined || !Number.isFinite(resident + shared)) return null;
    return { rssBytes: resident * pageBytes, fileBytes: shared * pageBytes };
  } catch {
    return null;
  }
}

/** All of it, in bytes. */
export function rssBytesOf(pid: number): number | null {
  return residentMemoryOf(pid)?.rssBytes ?? null;
}

/**
 * What processes of one program use together, in bytes: pages of files count once. Exact where all of them run the same
 * program. Null when one of them could not be read.
 */
export function sumOfOneProgram(processes: readonly (ResidentMemory | null)[]): number | null {
  let ownBytes = 0;
  let fileBytes = 0;
  for (const memory of processes) {
    if (memory === null) return null;
    ownBytes += memory.rssBytes - memory.fileBytes;
    fileBytes = Math.max(fileBytes, memory.fileBytes);
  }
  return ownBytes + fileBytes;
}
