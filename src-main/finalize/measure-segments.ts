import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamGap } from '../contract/stamps.js';
import { listWithStart, type MediaListing, streamOf } from '../ffmpeg/media-listing.js';
import { addBlackVideo, blackCopyOf } from './black-video.js';
import { gapsOf, wholeGaps } from './encoder-holes.js';
import type { Finding } from './finding.js';
import type { GrownSegment, MeasureRequest } from './grown-segment.js';
import { cutUnfinishedFragmentHeader } from './mp4-tail.js';
import { PacketTrace, type SegmentTraces } from './packet-proof.js';
import type { MeasuredSegment } from './timeline-plan.js';

/** What the segments really hold. */
export interface MeasuredSegments {
  readonly segments: readonly MeasuredSegment[];
  /** By the segment's file name. */
  readonly traces: ReadonlyMap<string, SegmentTraces>;
  /** What a person should know although all is well. */
  readonly remarks: readonly string[];
  /** Segments that cannot be read, or do not hold what was written. */
  readonly findings: readonly Finding[];
  /** Whether every segment's packets were counted while they were written. */
  readonly isCounted: boolean;
  /** Where a segment ends before it should: its encoder took that with it. On the take's timeline. */
  readonly gaps: readonly StreamGap[];
}

/** Reads every segment through (headers and packets, nothing is decoded): what it really holds counts. */
export async function measureSegments(request: MeasureRequest): Promise<MeasuredSegments> {
  const segments: MeasuredSegment[] = [];
  const traces = new Map<string, SegmentTraces>();
  const remarks: string[] = [];
  const findings: Finding[] = [];
  const gaps: StreamGap[] = [];
  for (const segment of request.segments) {
    const path = join(request.folder, segment.file);
    const sizeBytes = await stat(path).then(
      (stats) => stats.size,
      () => 0,
    );
    if (sizeBytes === 0) {
      remarks.push(emptyRemark(segment.file));
      gaps.push(...wholeGaps(request, segment));
      findings.push(...writtenFindings(segment.file, emptyTraces(request, segment)));
      continue;
    }
    if (request.profile.container === 'mp4') await cutUnfinishedFragmentHeader(path);
    const original = await readSegment(request, segment, segment.file);
    const read = (await readWithBlack(request, segment, original)) ?? original;
    // What was written is looked for in both: the copy has to hold it as well.
    if (read !== original) findings.push(...writtenFindings(segment.file, original.trace));
    const { file, listing, startUs, trace } = read;
    const audio = streamOf(listing, 'audio');
    if (audio === null || audio.firstUs === null || audio.lastUs === null || audio.endUs === null) {
      const cause = listing.errors[0] ?? 'it holds no audio';
      findings.push({ code: 'unreadable', message: `${segment.file} cannot be read: ${cause}` });
      continue;
    }
    if (listing.errorCount > 0) remarks.push(`${segment.file} was cut short: ${listing.errors[0] ?? ''}`);
    const measured = {
      file,
      takeStartUs: segment.startMs * 1000,
      startUs,
      firstAudioUs: audio.firstUs,
      firstVideoUs: streamOf(listing, 'video')?.firstUs ?? null,
      lastAudioUs: audio.lastUs,
      audioEndUs: audio.endUs,
      lastVideoUs: streamOf(listing, 'video')?.lastUs ?? null,
      isBlackCopy: read !== original,
    };
    segments.push(measured);
    traces.set(file, trace);
    findings.push(...writtenFindings(segment.file, trace));
    gaps.push(...gapsOf(read === original ? request : { ...request, canvas: null }, segment, measured));
  }
  const isCounted = request.segments.every(({ packets }) => packets !== null && packets !== undefined);
  return { segments, traces, remarks, findings, isCounted, gaps };
}

interface ReadSegment {
  readonly file: string;
  readonly listing: MediaListing;
  readonly startUs: number;
  readonly trace: SegmentTraces;
}

/**
 * Somebody was only heard in a segment whose file has video elsewhere: a copy with black, {@link blackCopyOf}, stands for
 * it. Null when it has video, or cannot be read.
 */
async function readWithBlack(
  request: MeasureRequest,
  segment: GrownSegment,
  { listing }: ReadSegment,
): Promise<ReadSegment | null> {
  const endUs = streamOf(listing, 'audio')?.endUs ?? null;
  const { canvas } = request;
  if (canvas === null || endUs === null || streamOf(listing, 'video') !== null) return null;
  await addBlackVideo({ ...request, canvas }, segment.file, endUs);
  return readSegment(request, segment, blackCopyOf(segment.file, request.profile.container));
}

/** @param file the segment's, or its copy's */
async function readSegment(
  request: MeasureRequest,
  segment: GrownSegment,
  file: string,
): Promise<ReadSegment> {
  const { ffmpegPath, signal } = request;
  const trace = emptyTraces(request, segment);
  const { listing, startUs } = await listWithStart({
    ...{ ffmpegPath, path: join(request.folder, file), signal },
    onPacket: (packet) => trace[packet.kind]?.add(packet),
  });
  return { file, listing, startUs, trace };
}

function emptyTraces({ canvas }: MeasureRequest, { packets }: GrownSegment): SegmentTraces {
  return {
    video: canvas === null ? null : new PacketTrace(packets?.video ?? null),
    audio: new PacketTrace(packets?.audio ?? null),
  };
}

/** The very packets that went to the disk have to come back from it. */
function writtenFindings(file: string, traces: SegmentTraces): Finding[] {
  return (['video', 'audio'] as const).flatMap((kind): Finding[] => {
    const trace = traces[kind];
    if (trace === null || trace.holdsWritten !== false) return [];
    const lacks = trace.missing > 0 ? `lacks ${trace.missing} of the packets` : 'does not hold the packets';
    return [{ code: 'packetsDiffer', message: `${file} ${lacks} of ${kind} that were written.` }];
  });
}

/** Said of a segment without content. @param file name inside the take folder */
export function emptyRemark(file: string): string {
  return `${file} holds nothing: its encoder ended before its first second was written.`;
}
