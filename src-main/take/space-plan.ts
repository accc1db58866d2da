import { PlateauError } from '../contract/errors.js';
import { diskLimits } from '../contract/limits.js';
import type { Profile } from '../contract/profile.js';
import type { TakeRequest } from '../contract/recording.js';
import { formatBytes } from '../format/bytes.js';
import { formatDuration } from '../format/time.js';

/** How long a take is taken to be when nobody said. */
const defaultLengthMs = 3_600_000;
/** Bits for each pixel of x264 and libvpx at their default quality; measured, cameras of 720p30: 2.8 Mbit/s. */
const bitsPerPixel = 0.1;
/** A slide, or somebody who does not move, takes a quarter of it. With less than that no take of the length can fit. */
const leastShare = 0.25;
/** Of a source whose size is not known before it comes: the largest that cameras usually send. */
const fallbackCanvas = { width: 1920, height: 1080 };
const fallbackFps = 30;

/** What a disk offers to a take; null where the system does not say. */
export interface DiskOffer {
  readonly freeBytes: number | null;
  /** The largest that one file may become. */
  readonly maxFileBytes: number | null;
  /** Measured by writing. */
  readonly writeBytesPerSecond: number | null;
}

/** How often a disk holds a take. */
export interface CopiesOfTake {
  /** Two when its second copy is on the same disk; one when left out. */
  readonly copies?: 1 | 2;
}

/** The part of a request from which its space follows. */
export type SpaceRequest = Pick<TakeRequest, 'audioOnly' | 'participants' | 'profile'> &
  CopiesOfTake & {
    /** Null when nobody said how long. */
    readonly plannedMs?: number | null;
  };

/**
 * Compares what a take will need with what its disk offers. What a camera needs depends on what it shows, so that it is an
 * estimate; only what cannot fit in any case is refused.
 *
 * @returns sentences to warn with
 * @throws PlateauError `diskFull` when the planned length cannot fit
 */
export function planSpace(request: SpaceRequest, offer: DiskOffer): string[] {
  const fileRate = bytesPerSecondOf(request);
  const copies = request.copies ?? 1;
  const diskRate = fileRate * copies;
  const files = request.participants?.length ?? 1;
  const plannedMs = request.plannedMs ?? null;
  const lengthS = (plannedMs ?? defaultLengthMs) / 1000;
  const warnings: string[] = [];
  const { maxFileBytes, writeBytesPerSecond } = offer;
  const usableBytes = offer.freeBytes === null ? null : Math.max(0, offer.freeBytes - diskLimits.stopBytes);
  if (plannedMs !== null) assertCanFit({ fileRate, copies, files, lengthS, usableBytes, maxFileBytes });
  const twice = copies === 2 ? ', and of the backup' : '';
  if (usableBytes !== null && diskRate * files * lengthS > usableBytes)
    warnings.push(
      `${formatBytes(usableBytes)} can be used on this disk: about ${lengthOf(usableBytes, diskRate * files)} of ${ofFiles(files)}${twice}.`,
    );
  if (maxFileBytes !== null && (maxFileBytes <= fatFileBytes || fileRate * lengthS > maxFileBytes))
    warnings.push(
      `A file on this disk ends at ${formatBytes(maxFileBytes)}: about ${lengthOf(maxFileBytes, fileRate)} of a participant.`,
    );
  if (writeBytesPerSecond !== null && writeBytesPerSecond < 2 * diskRate * files)
    warnings.push(
      `The disk writes ${formatBytes(writeBytesPerSecond)} a second; ${ofFiles(files)}${twice} may need ${formatBytes(diskRate * files)}.`,
    );
  return warnings;
}

/** FAT32 counts the bytes of a file in 32 bits. */
export const fatFileBytes = 2 ** 32 - 1;

function assertCanFit(need: {
  readonly fileRate: number;
  readonly copies: number;
  readonly files: number;
  readonly lengthS: number;
  readonly usableBytes: number | null;
  readonly maxFileBytes: number | null;
}): void {
  const leastFile = need.fileRate * need.lengthS * leastShare;
  const { maxFileBytes, usableBytes } = need;
  if (usableBytes !== null && leastFile * need.files * need.copies > usableBytes)
    throw cannotFit(need.lengthS, `${formatBytes(usableBytes)} can be used on this disk.`);
  if (maxFileBytes !== null && leastFile > maxFileBytes)
    throw cannotFit(need.lengthS, `a file on this disk ends at ${formatBytes(maxFileBytes)}.`);
}

function cannotFit(lengthS: number, why: string): PlateauError {
  return new PlateauError(
    'diskFull',
    `A take of ${formatDuration(lengthS * 1000)} does not fit: ${why}`,
    'Plan a shorter take, or choose another folder.',
  );
}

function bytesPerSecondOf({ audioOnly, profile }: SpaceRequest): number {
  const audio = (profile.audioBitrateKbps * 1000) / 8;
  return audioOnly ? audio : audio + videoBytesPerSecond(profile);
}

function videoBytesPerSecond({ canvas, maxFps, videoBitrateKbps }: Profile): number {
  if (videoBitrateKbps !== null) return (videoBitrateKbps * 1000) / 8;
  const { width, height } = canvas ?? fallbackCanvas;
  return (width * height * (maxFps ?? fallbackFps) * bitsPerPixel) / 8;
}

function lengthOf(bytes: number, bytesPerSecond: number): string {
  return formatDuration((bytes / bytesPerSecond) * 1000);
}

function ofFiles(count: number): string {
  return count === 1 ? 'one participant' : `${count} participants`;
}
