import { knownExtension, type Offer, type OfferSection } from './offer.js';

/** How this side is reached and known. */
export interface LocalTransport {
  readonly iceUsername: string;
  readonly icePassword: string;
  readonly fingerprints: readonly { readonly algorithm: string; readonly value: string }[];
  /** As after `a=candidate:`. */
  readonly candidates: readonly string[];
}

/** Goes up with each answer of a session. */
interface AnswerNumbers {
  readonly sessionId: number;
  readonly sessionVersion: number;
}

/**
 * The answer of someone who only receives, and takes whatever codec is offered that can be recorded: whether it can be
 * decoded does not matter here. This side begins the DTLS handshake.
 */
export function answerSdp(offer: Offer, local: LocalTransport, numbers: AnswerNumbers): string {
  const taken = offer.sections.filter(isTaken);
  const lines = [
    'v=0',
    `o=- ${numbers.sessionId} ${numbers.sessionVersion} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${taken.map(({ mid }) => mid).join(' ')}`,
    'a=msid-semantic: WMS *',
    ...offer.sections.flatMap((section) =>
      isTaken(section) ? takenLines(section, local) : refusedLines(section),
    ),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function isTaken(section: OfferSection): boolean {
  return !section.isRejected && (section.kind === 'application' || section.payloads.size > 0);
}

function refusedLines({ kind, protocol, formats, mid }: OfferSection): string[] {
  return [`m=${kind} 0 ${protocol} ${formats.join(' ')}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=inactive'];
}

function takenLines(section: OfferSection, local: LocalTransport): string[] {
  const { kind, protocol, formats, mid, lines } = section;
  const isMedia = kind !== 'application';
  const kept = formats.filter((format) => section.payloads.has(Number(format)));
  return [
    `m=${kind} 9 ${protocol} ${(isMedia ? kept : formats).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${local.iceUsername}`,
    `a=ice-pwd:${local.icePassword}`,
    'a=ice-options:trickle',
    ...local.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    'a=setup:active',
    `a=mid:${mid}`,
    ...(isMedia ? mediaLines(section, kept) : lines.filter((line) => line.startsWith('a=sctp-port:'))),
    ...local.candidates.map((candidate) => `a=candidate:${candidate}`),
    'a=end-of-candidates',
  ];
}

function mediaLines({ isActive, lines }: OfferSection, kept: readonly string[]): string[] {
  const isKept = (line: string): boolean => {
    const [, payloadType] = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line) ?? [];
    return payloadType !== undefined && kept.includes(payloadType);
  };
  return [
    isActive ? 'a=recvonly' : 'a=inactive',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    ...lines.filter((line) => isKept(line) || knownExtension(line) !== null),
  ];
}
