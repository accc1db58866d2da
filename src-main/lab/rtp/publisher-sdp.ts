import type { LocalTransport } from '../../copy/signal/answer.js';

/** Payload types of the offer; any of the dynamic ones would do. H.265 is offered to see what becomes of it. */
export const payloadTypes = { opus: 111, vp8: 96, h264: 102, h265: 104 } as const;
export type RtpCodec = keyof typeof payloadTypes;

const codecLines: Readonly<Record<RtpCodec, readonly string[]>> = {
  opus: [
    `a=rtpmap:${payloadTypes.opus} opus/48000/2`,
    `a=fmtp:${payloadTypes.opus} minptime=10;useinbandfec=0`,
  ],
  vp8: [`a=rtpmap:${payloadTypes.vp8} VP8/90000`, ...videoFeedback(payloadTypes.vp8)],
  h264: [
    `a=rtpmap:${payloadTypes.h264} H264/90000`,
    `a=fmtp:${payloadTypes.h264} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f`,
    ...videoFeedback(payloadTypes.h264),
  ],
  h265: [`a=rtpmap:${payloadTypes.h265} H265/90000`, ...videoFeedback(payloadTypes.h265)],
};

function videoFeedback(payloadType: number): string[] {
  return [`a=rtcp-fb:${payloadType} nack`, `a=rtcp-fb:${payloadType} nack pli`];
}

/** A media section of the offer. Sections stay for the connection's life; an unused one is inactive. */
export interface OfferedSection {
  readonly codec: RtpCodec;
  /** Null for one whose track was unpublished. */
  readonly stream: { readonly ssrc: number; readonly trackId: string } | null;
}

export interface Offer {
  readonly sessionId: number;
  /** Goes up with each offer of the session. */
  readonly sessionVersion: number;
  readonly canonicalName: string;
  readonly transport: LocalTransport;
  readonly sections: readonly OfferedSection[];
}

/** The offer of someone who only sends: all sections over one transport (RFC 8829, RFC 9143). */
export function offerSdp(offer: Offer): string {
  const mids = offer.sections.map((_, position) => String(position));
  const lines = [
    'v=0',
    `o=- ${offer.sessionId} ${offer.sessionVersion} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mids.join(' ')}`,
    'a=msid-semantic: WMS *',
    ...offer.sections.flatMap((section, position) => sectionLines(offer, section, position)),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function sectionLines(offer: Offer, { codec, stream }: OfferedSection, position: number): string[] {
  const { iceUsername, icePassword, fingerprints, candidates } = offer.transport;
  const kind = codec === 'opus' ? 'audio' : 'video';
  const streamLines =
    stream === null
      ? ['a=inactive']
      : [
          'a=sendonly',
          `a=msid:${offer.canonicalName} ${stream.trackId}`,
          `a=ssrc:${stream.ssrc} cname:${offer.canonicalName}`,
          `a=ssrc:${stream.ssrc} msid:${offer.canonicalName} ${stream.trackId}`,
        ];
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${payloadTypes[codec]}`,
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${iceUsername}`,
    `a=ice-pwd:${icePassword}`,
    ...fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    'a=setup:actpass',
    `a=mid:${position}`,
    'a=rtcp-mux',
    ...codecLines[codec],
    ...streamLines,
    ...candidates.map((candidate) => `a=candidate:${candidate}`),
    'a=end-of-candidates',
  ];
}

export interface Answer {
  readonly transport: LocalTransport;
  /** The answerer begins the DTLS handshake. */
  readonly isDtlsClient: boolean;
}

/**
 * Reads how the server is reached (ICE: RFC 8839) and known (DTLS: RFC 8122), and who begins the handshake.
 * All sections share one transport, so that it does not matter which of them says it.
 *
 * @throws TypeError for an answer without ICE credentials or fingerprint, or that refuses every section
 */
export function parseAnswer(sdp: string): Answer {
  const lines = sdp.split(/\r?\n/);
  const valuesOf = (attribute: string): string[] =>
    lines
      .filter((line) => line.startsWith(`a=${attribute}:`))
      .map((line) => line.slice(attribute.length + 3));
  const [iceUsername] = valuesOf('ice-ufrag');
  const [icePassword] = valuesOf('ice-pwd');
  const fingerprints = [...new Set(valuesOf('fingerprint'))].map((text) => {
    const [algorithm = '', value = ''] = text.trim().split(/\s+/);
    return { algorithm, value };
  });
  if (iceUsername === undefined || icePassword === undefined || fingerprints.length === 0) {
    throw new TypeError('The answer of the server names no transport.');
  }
  const media = lines.filter((line) => line.startsWith('m='));
  if (media.every((line) => line.split(' ')[1] === '0')) {
    throw new TypeError('The server takes none of the offered codecs.');
  }
  return {
    transport: { iceUsername, icePassword, fingerprints, candidates: [...new Set(valuesOf('candidate'))] },
    isDtlsClient: valuesOf('setup').at(0)?.trim() !== 'passive',
  };
}
