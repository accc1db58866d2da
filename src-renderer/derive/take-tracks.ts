import type { Marker } from '../../src-main/contract/manifest.js';
import { participantNameOf } from '../../src-main/contract/participant-name.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { fileLabel } from '../../src-main/format/file-label.js';

/** A file at its place on the take's timeline. */
export interface PlacedFile {
  readonly file: string;
  /** What is played of it: itself, or the MP4 file that was made of it, which every window plays. */
  readonly media: string;
  readonly startMs: number;
  /** Where it ends, or the next part begins; Infinity where nobody knows. */
  readonly endMs: number;
  readonly hasVideo: boolean;
  /** Of a file with several audio streams, what they are; the first one is heard. */
  readonly audioStreams: readonly string[];
}

/** What plays as one line of the take: the parts of a participant's file, or of one further track, one after the other. */
export interface TakeTrack {
  /** The same for as long as the take is the same. */
  readonly id: string;
  readonly participantName: string;
  /** `screen`, `camera 2`; empty for camera and microphone. */
  readonly label: string;
  readonly hasVideo: boolean;
  readonly files: readonly PlacedFile[];
}

type FileEntry = TakeEntry['files'][number];

/** How far a key or a button goes back or forward in the player. */
export const jumpMs = 5_000;
/** So many tracks play at once; the elements of the parts that follow are loaded beside them. */
export const maxTracksPlayed = 12;
/** A part is loaded so long before it begins. */
const loadAheadMs = 8_000;

/** Lengths of files that no manifest says, as the window has read them, in milliseconds. */
export type ReadLengths = Readonly<Record<string, number>>;

/** The tracks of a take, in the order of its files. */
export function tracksOf(
  { deliverables, files }: Pick<TakeEntry, 'deliverables' | 'files'>,
  lengths: ReadLengths = {},
): TakeTrack[] {
  const lines = new Map<string, FileEntry[]>();
  for (const entry of files) {
    const { identity, kind, trackNumber, hasVideo, partNumber = 1 } = entry;
    // A first file may begin as audio and have video in its next part; a further one is either, for good.
    const name = [kind, trackNumber, trackNumber > 1 && hasVideo, identity].join('/');
    // Two files of one part play beside each other, whatever they are called.
    let id = name;
    for (let copy = 2; hasPart(lines.get(id), partNumber); copy += 1) id = `${name}/${copy}`;
    lines.set(id, [...(lines.get(id) ?? []), entry]);
  }
  return [...lines].map(([id, entries]) => trackOf(id, entries, lengths, { deliverables }));
}

function hasPart(entries: readonly FileEntry[] | undefined, part: number): boolean {
  return entries?.some(({ partNumber = 1 }) => partNumber === part) ?? false;
}

function trackOf(
  id: string,
  entries: readonly FileEntry[],
  lengths: ReadLengths,
  take: Pick<TakeEntry, 'deliverables'>,
): TakeTrack {
  const placed = [...entries].sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
  const hasVideo = placed.some((entry) => entry.hasVideo);
  const [first] = placed;
  const { identity = '', participantName = '' } = first ?? {};
  return {
    id,
    participantName: participantNameOf({ identity, participantName }),
    label: first === undefined ? '' : fileLabel({ ...first, hasVideo }),
    hasVideo,
    files: placed.map((entry, at) => {
      const startMs = entry.startMs ?? 0;
      const nextMs = placed[at + 1]?.startMs ?? Infinity;
      const { audioStreams = [], durationMs, file } = entry;
      const endMs = Math.min(startMs + (durationMs ?? lengths[file] ?? Infinity), nextMs);
      const media = playedAs(take, file);
      return { file, media, startMs, endMs, hasVideo: entry.hasVideo, audioStreams };
    }),
  };
}

/** The file that is played in the place of an original: the MP4 file that was made of it, where there is one. */
export function playedAs({ deliverables = [] }: Pick<TakeEntry, 'deliverables'>, file: string): string {
  return deliverables.find(({ source }) => source === file)?.file ?? file;
}

/** How long a take plays, in milliseconds: to the end of its last file; 0 when nobody knows. */
export function playedLengthMs(tracks: readonly TakeTrack[], durationMs: number | null): number {
  const ends = tracks.flatMap(({ files }) => files.map(({ endMs }) => endMs)).filter(Number.isFinite);
  return Math.max(0, durationMs ?? 0, ...ends);
}

/** The file of a track that plays at a moment of the take's timeline; null between and outside of its files. */
export function fileAt({ files }: Pick<TakeTrack, 'files'>, takeMs: number): PlacedFile | null {
  // A file that another one follows ends where that begins; the last frame of the last one belongs to it.
  const [begun] = files.filter(({ startMs }) => startMs <= takeMs).slice(-1);
  return begun !== undefined && takeMs <= begun.endMs ? begun : null;
}

/** What has to be loaded at a moment: what plays then, and what begins within seconds. At most two files of a track. */
export function filesToLoad({ files }: Pick<TakeTrack, 'files'>, takeMs: number): PlacedFile[] {
  const current = fileAt({ files }, takeMs);
  const next = files.find(({ startMs }) => startMs > takeMs && startMs <= takeMs + loadAheadMs);
  return [current, next ?? null].filter((file) => file !== null);
}

/** A press just behind a marker goes to the one before it, as with the chapters of a player. */
const behindMarkerMs = 1_500;

/** The marker to jump to. @param direction -1 is back @returns null when there is none on that side */
export function markerBeside(markers: readonly Marker[], takeMs: number, direction: -1 | 1): Marker | null {
  return direction === 1
    ? (markers.find((marker) => marker.takeMs > takeMs + 1) ?? null)
    : (markers.filter((marker) => marker.takeMs < takeMs - behindMarkerMs).slice(-1)[0] ?? null);
}

/** Where a take's file is played from. @param base as the recorder's state names it */
export function mediaAddress(base: string, takeName: string, file: string): string {
  return `${base}${encodeURIComponent(takeName)}/${encodeURIComponent(file)}`;
}
