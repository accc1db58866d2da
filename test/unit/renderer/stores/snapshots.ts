import type { Accounting } from '../../../../src-main/contract/manifest.js';
import type { SinkSnapshot, Snapshot } from '../../../../src-main/contract/snapshot.js';
import { snapshotAt } from '../../../renderer/fake-numbers.js';

export const takeStartMs = Date.UTC(2026, 10, 24, 9);

/** A snapshot of a calm take, with what a test is about. */
export function snapshot(takeMs: number, change: Partial<Snapshot> = {}): Snapshot {
  return { ...snapshotAt(takeStartMs + takeMs, takeStartMs, 'calm'), ...change };
}

export function memory(
  rssBytes: number,
  budgetBytes: number | null,
  peakRssBytes = rssBytes,
): Partial<Snapshot> {
  return { memory: { ...snapshot(0).memory, rssBytes, budgetBytes, peakRssBytes } };
}

/** The first sink, with other accounts for its frames. */
export function sinkWith(
  change: Partial<Accounting['dropped']>,
  received = 100,
  written = 100,
): SinkSnapshot {
  const [sink] = snapshot(1000).sinks;
  if (sink === undefined || sink.video === null) throw new Error('the fake has a frame');
  const { dropped } = sink.video.accounting;
  const accounting = { received, written, queued: 0, dropped: { ...dropped, ...change } };
  return { ...sink, video: { ...sink.video, accounting } };
}
