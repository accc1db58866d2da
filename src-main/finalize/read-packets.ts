import type { PacketCount, StreamGap, StreamPackets } from '../contract/stamps.js';
import { type ListedPacket, listMedia, type MediaListing } from '../ffmpeg/media-listing.js';
import { isSameCount, PacketTally } from '../ffmpeg/packet-tally.js';
import type { FfmpegUse } from '../ffmpeg/run-ffmpeg.js';
import { type Finding, finding } from './finding.js';

/** What is read, and who sees each packet. */
export interface PacketReading extends FfmpegUse {
  /** Gets each packet of the file, in the order in which they are read. */
  readonly onPacket?: ((packet: ListedPacket) => void) | undefined;
}

/** Reads every packet of a file and counts it; nothing is decoded. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
export async function readPackets(
  path: string,
  { ffmpegPath, signal, priority, onPacket }: PacketReading,
): Promise<{ readonly packets: MediaListing; readonly count: StreamPackets }> {
  const tallies = new Map<number, { readonly kind: 'video' | 'audio'; readonly tally: PacketTally }>();
  const packets = await listMedia({
    ...{ ffmpegPath, path, signal, priority },
    what: 'packets',
    onPacket: (packet) => {
      let known = tallies.get(packet.stream);
      if (known === undefined)
        tallies.set(packet.stream, (known = { kind: packet.kind, tally: new PacketTally() }));
      known.tally.add(packet.sizeBytes, packet.crc32);
      onPacket?.(packet);
    },
  });
  const countsOf = (kind: 'video' | 'audio'): PacketCount[] =>
    [...tallies]
      .filter(([, one]) => one.kind === kind)
      .sort(([one], [other]) => one - other)
      .map(([, { tally }]) => tally.count());
  const [audio = null, ...furtherAudio] = countsOf('audio');
  const [video = null] = countsOf('video');
  return { packets, count: { video, audio, ...(furtherAudio.length > 0 && { furtherAudio }) } };
}

/** The longest time from one packet of a stream to the next; null without two of them. */
export function worstGapOf({ streams }: MediaListing): StreamGap | null {
  let worst: StreamGap | null = null;
  for (const { kind, maxStepUs, maxStepAtUs } of streams) {
    if (maxStepAtUs === null || maxStepUs / 1000 <= (worst?.durationMs ?? 0)) continue;
    worst = { stream: kind, atMs: Math.round(maxStepAtUs / 1000), durationMs: Math.round(maxStepUs / 1000) };
  }
  return worst;
}

/** Where a count is not the one that was expected; nothing is expected of a stream that is null. */
export function packetFindings(count: StreamPackets, expected: StreamPackets | null): Finding[] {
  if (expected === null) return [];
  const streams = [
    { name: 'video', found: count.video, wanted: expected.video },
    { name: 'audio', found: count.audio, wanted: expected.audio },
    ...(expected.furtherAudio ?? []).map((wanted, index) => ({
      ...{ name: `audio stream ${index + 2}`, found: count.furtherAudio?.[index] ?? null, wanted },
    })),
  ];
  return streams.flatMap(({ found, name, wanted }) => {
    if (wanted === null || (found !== null && isSameCount(found, wanted))) return [];
    return [finding('packetsDiffer', packetMessage(name, found, wanted))];
  });
}

function packetMessage(kind: string, found: PacketCount | null, wanted: PacketCount): string {
  const packets = found?.packets ?? 0;
  return packets === wanted.packets
    ? `The packets of the ${kind} are not those that were written.`
    : `The file has ${packets} packets of ${kind}, not ${wanted.packets}.`;
}
