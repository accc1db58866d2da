/** Of a packet's first byte: RFC 6716, section 3.1. Durations in milliseconds by configuration. */
const silkMs = [10, 20, 40, 60] as const;
const hybridMs = [10, 20] as const;
const celtMs = [2.5, 5, 10, 20] as const;
const firstHybrid = 12;
const firstCelt = 16;
const maxPacketMs = 120;

/** How long a packet of Opus sounds, in milliseconds; 0 for what is none (RFC 6716, section 3.4). */
export function opusDurationMs(packet: Uint8Array): number {
  const first = packet[0];
  if (first === undefined) return 0;
  const configuration = first >> 3;
  let frameMs: number = celtMs[configuration & 3] ?? 20;
  if (configuration < firstHybrid) frameMs = silkMs[configuration & 3] ?? 20;
  else if (configuration < firstCelt) frameMs = hybridMs[configuration & 1] ?? 20;
  const code = first & 3;
  const frames = code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 0x3f : 2;
  const durationMs = frames * frameMs;
  return durationMs > maxPacketMs ? 0 : durationMs;
}

/** CELT, full band, 20 ms, mono, and a frame that says that it is silent. */
const silence = [0xf8, 0xff, 0xfe] as const;

/**
 * Whether a packet is what a server sends for about a second when a microphone is muted: silence, padded with zeros
 * (livekit-server, `sfu/downtrack.go`). Silence without padding is the publisher's own.
 */
export function isServerSilence(packet: Uint8Array): boolean {
  if (packet.length <= silence.length) return false;
  if (silence.some((byte, index) => packet[index] !== byte)) return false;
  for (let index = silence.length; index < packet.length; index += 1) if (packet[index] !== 0) return false;
  return true;
}
