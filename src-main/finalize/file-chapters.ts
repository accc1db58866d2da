import type { ManifestFile, Marker } from '../contract/manifest.js';
import type { Chapter } from '../mp4/movie-box.js';

/** The markers of a take that lie in one of its files, as chapters of that file; in the order in which the take has them. */
export function chaptersOf(markers: readonly Marker[], { part }: Pick<ManifestFile, 'part'>): Chapter[] {
  const { endMs, startMs } = part ?? { startMs: 0, endMs: null };
  return markers
    .filter(({ takeMs }) => takeMs >= startMs && takeMs < (endMs ?? Infinity))
    .map(({ label, takeMs }) => ({ atMs: takeMs - startMs, title: label }));
}
