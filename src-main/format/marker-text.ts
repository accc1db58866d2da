import type { Marker } from '../contract/manifest.js';
import { formatTimecode } from './time.js';

/** What markers are exported as: a table for spreadsheets, or lines for the description of a video. */
export const markerFormats = ['csv', 'youtube'] as const;
export type MarkerFormat = (typeof markerFormats)[number];

const ends: Readonly<Record<MarkerFormat, string>> = { csv: 'csv', youtube: 'txt' };

/** `standup-20261124-090000-markers.csv`, as a download is called. */
export function markerFileName(takeName: string, format: MarkerFormat): string {
  return `${takeName}-markers.${ends[format]}`;
}

/** All markers of a take as a text that ends with a line break. @param markers in the order of time */
export function markersText(markers: readonly Marker[], format: MarkerFormat): string {
  return format === 'csv' ? csvText(markers) : chapterText(markers);
}

/** RFC 4180, apart from its line breaks, which are those of every other text that Plateau writes. */
function csvText(markers: readonly Marker[]): string {
  const rows = markers.map(({ takeMs, label, note = '' }) => [
    exactTimecode(takeMs),
    (takeMs / 1000).toFixed(3),
    oneLine(label),
    plain(note),
  ]);
  return [['time', 'seconds', 'name', 'note'], ...rows]
    .map((cells) => `${cells.map(quoted).join(',')}\n`)
    .join('');
}

/** `00:01:23 Opening`. A list without a chapter at 00:00:00 is none for YouTube: it gets one. */
function chapterText(markers: readonly Marker[]): string {
  const lines = markers.map(({ takeMs, label }) => `${formatTimecode(takeMs)} ${oneLine(label)}\n`);
  const beginsAtZero = (markers[0]?.takeMs ?? 0) < 1000;
  return [...(beginsAtZero ? [] : ['00:00:00 Start\n']), ...lines].join('');
}

/** With milliseconds: `00:01:23.456`. */
function exactTimecode(takeMs: number): string {
  const ms = Math.max(0, Math.round(takeMs));
  return `${formatTimecode(ms)}.${String(ms % 1000).padStart(3, '0')}`;
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell;
}

function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, ' ').trim();
}

/** Without what steers a terminal; line breaks stay. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?!\n)\p{Cc}/gu, '');
}
