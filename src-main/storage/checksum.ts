import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Large reads: at Node's 64 KiB default the event loop costs more than the hash. */
const readBytes = 1024 * 1024;

/** SHA-256 of a file, hex; reads it as a stream (1 MiB at a time). */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const source = createReadStream(path, { highWaterMark: readBytes });
  await pipeline(source, hash, { signal });
  return hash.digest('hex');
}
