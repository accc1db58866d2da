import type { UnboundedSnapshot } from './unbounded.js';

/**
 * Memory of the recorder without caps, in bytes, while it runs; null otherwise, and before its first reading: it
 * is on its way into the room then. In a file without schemas, so that the window need not carry them.
 */
export function presentRssBytes(unbounded: UnboundedSnapshot | null): number | null {
  return unbounded?.state === 'running' && unbounded.rssBytes > 0 ? unbounded.rssBytes : null;
}
