import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A scavenge after this much was copied: 6 frames of 720p, and well below a millisecond of work. */
const collectEveryBytes = 8 * 1024 * 1024;

type Collect = (options: { type: 'minor' }) => void;

/**
 * Keeps copied frames from piling up as garbage. Each copy is a few hundred bytes to V8 with megabytes
 * behind it, so the collector sees no reason to hurry: 40 to 90 MB would lie around, freed by full
 * collections. Scavenging the young generation after every few copies frees them at once, which is less
 * work and keeps freed pages warm.
 */
export class CopiedMemory {
  readonly #collect: Collect | null = youngCollector();
  #bytes = 0;

  /** To be called before a copy of `bytes`: earlier copies are dead by then, as far as they ever will be. */
  beforeCopy(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < collectEveryBytes) return;
    this.#bytes = 0;
    this.#collect?.({ type: 'minor' });
  }
}

/** V8 only offers its collector on request, and the request can be made while it runs. */
function youngCollector(): Collect | null {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? (collect as Collect) : null;
}
