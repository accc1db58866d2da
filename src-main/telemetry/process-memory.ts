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

/**
 * Resident memory of another process in bytes, from /proc/PID/statm (proc(5)). Null where there is no
 * such file: on macOS and Windows, and when the process has ended.
 */
export function rssBytesOf(pid: number): number | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? pages * pageBytes : null;
  } catch {
    return null;
  }
}
