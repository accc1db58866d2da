import type { TrickleRequest } from '@livekit/protocol';
import { SignalRequest, SignalResponse } from '@livekit/protocol';

/** Where livekit-server's candidates lead, and where they are to lead instead. */
export interface MediaPorts {
  /** UDP port of the server. */
  readonly serverPort: number;
  /** UDP port of the relay. */
  readonly relayPort: number;
}

/** What a message becomes on its way; null leaves it out. */
export type MessageRewrite = (message: Uint8Array) => Uint8Array | null;

const sdpCandidate = /^a=candidate:.*\r?\n/gm;

/**
 * Makes the server's candidates those of the relay, in descriptions and one by one; what does not lead through it (TCP,
 * other ports) is left out, so that there is no way round it. Protocol 16 of LiveKit's signalling, `livekit_rtc.proto`.
 */
export function leadThroughRelay(ports: MediaPorts): MessageRewrite {
  return (bytes) => {
    const response = SignalResponse.fromBinary(bytes);
    const { message } = response;
    if (message.case === 'trickle') {
      const candidate = candidateOf(message.value);
      if (candidate === null) return bytes;
      const led = throughRelay(candidate.candidate, ports);
      if (led === null) return null;
      message.value.candidateInit = JSON.stringify({ ...candidate, candidate: led });
      return response.toBinary();
    }
    if (message.case !== 'offer' && message.case !== 'answer') return bytes;
    message.value.sdp = message.value.sdp.replaceAll(sdpCandidate, (line) => throughRelay(line, ports) ?? '');
    return response.toBinary();
  };
}

/** Leaves out the client's own candidates: the server would reach it directly. */
export function hideClient(bytes: Uint8Array): Uint8Array | null {
  const request = SignalRequest.fromBinary(bytes);
  const { message } = request;
  if (message.case === 'trickle') return candidateOf(message.value) === null ? bytes : null;
  if (message.case !== 'offer' && message.case !== 'answer') return bytes;
  message.value.sdp = message.value.sdp.replaceAll(sdpCandidate, '');
  return request.toBinary();
}

interface CandidateInit {
  readonly candidate: string;
}

/** Null of the end of candidates, which has none. */
function candidateOf({ candidateInit }: TrickleRequest): CandidateInit | null {
  const init = JSON.parse(candidateInit === '' ? '{}' : candidateInit) as Partial<CandidateInit>;
  return init.candidate === undefined || init.candidate === ''
    ? null
    : { ...init, candidate: init.candidate };
}

/** `candidate:<foundation> <component> udp <priority> <address> <port> typ host …`: RFC 8839, 5.1 */
function throughRelay(candidate: string, { serverPort, relayPort }: MediaPorts): string | null {
  const [, head, protocol, port, tail] = /^(.*? )(\w+)( \d+ \S+) (\d+ typ .*\s*)$/.exec(candidate) ?? [];
  if (head === undefined || protocol === undefined || port === undefined || tail === undefined) return null;
  const [number = '', ...rest] = tail.split(' ');
  if (protocol.toLowerCase() !== 'udp' || Number(number) !== serverPort) return null;
  return `${head}${protocol}${port} ${relayPort} ${rest.join(' ')}`;
}
