import type { CopyCodec } from '../contract.js';
import { type ExtensionIds, noExtensions } from '../rtp/rtp-header.js';

/** How the server is reached (ICE: RFC 8839) and known (DTLS: RFC 8122). */
export interface RemoteTransport {
  readonly iceUsername: string;
  readonly icePassword: string;
  /** It only answers checks, so that this side decides. */
  readonly isIceLite: boolean;
  readonly fingerprints: readonly { readonly algorithm: string; readonly value: string }[];
  /** As after `a=candidate:`. */
  readonly candidates: readonly string[];
  /** Data channels are offered. */
  readonly hasData: boolean;
}

/** What a payload type stands for. */
export interface PayloadFormat {
  readonly codec: CopyCodec | 'red' | 'rtx';
  /** Of `rtx`: the payload type of what is sent again. */
  readonly resends: number | null;
}

/** A media section of an offer (RFC 8866), as far as a receiver needs it. */
export interface OfferSection {
  readonly kind: 'audio' | 'video' | 'application';
  readonly mid: string;
  readonly protocol: string;
  /** As they stand in the `m=` line. */
  readonly formats: readonly string[];
  readonly isRejected: boolean;
  readonly isActive: boolean;
  readonly lines: readonly string[];
  readonly payloads: ReadonlyMap<number, PayloadFormat>;
  readonly extensions: ExtensionIds;
  /** Null for a section without a sender. */
  readonly stream: OfferedStream | null;
}

/** Who sends in a section. */
export interface OfferedStream {
  /** The publication's sid, as LiveKit names the track of the section. */
  readonly trackSid: string;
  readonly ssrc: number;
  /** Of retransmissions; null without. */
  readonly resendSsrc: number | null;
}

/** A whole offer. */
export interface Offer {
  readonly transport: RemoteTransport;
  readonly sections: readonly OfferSection[];
}

const codecNames: Readonly<Record<string, CopyCodec | 'red' | 'rtx'>> = {
  vp8: 'vp8',
  vp9: 'vp9',
  h264: 'h264',
  h265: 'h265',
  av1: 'av1',
  opus: 'opus',
  red: 'red',
  rtx: 'rtx',
};

const extensionNames: Readonly<Record<string, keyof ExtensionIds>> = {
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01': 'transportSequence',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level': 'audioLevel',
  'urn:3gpp:video-orientation': 'videoOrientation',
};

/** The header extension that a line offers; null for one that is not read. */
export function knownExtension(
  line: string,
): { readonly name: keyof ExtensionIds; readonly id: number } | null {
  const [, id, uri] = /^a=extmap:(\d+)(?:\/\w+)? (\S+)/.exec(line) ?? [];
  const name = extensionNames[uri ?? ''];
  return name === undefined ? null : { name, id: Number(id) };
}

/**
 * Reads an offer of the server.
 *
 * @throws TypeError for one without ICE credentials or fingerprint
 */
export function parseOffer(sdp: string): Offer {
  const [session = '', ...media] = sdp.split(/\r?\n(?=m=)/);
  const head = linesOf(session);
  const sections = media.map((text) => parseSection(linesOf(text)));
  const all = [...head, ...media.flatMap(linesOf)];
  const [iceUsername] = valuesOf(all, 'ice-ufrag');
  const [icePassword] = valuesOf(all, 'ice-pwd');
  const fingerprints = [...new Set(valuesOf(all, 'fingerprint'))].map((text) => {
    const [algorithm = '', value = ''] = text.split(/\s+/);
    return { algorithm, value };
  });
  if (iceUsername === undefined || icePassword === undefined || fingerprints.length === 0) {
    throw new TypeError('The offer of the server names no transport.');
  }
  return {
    transport: {
      iceUsername,
      icePassword,
      isIceLite: all.includes('a=ice-lite'),
      fingerprints,
      candidates: [...new Set(valuesOf(all, 'candidate'))],
      hasData: sections.some(({ kind, isRejected }) => kind === 'application' && !isRejected),
    },
    sections,
  };
}

function parseSection(lines: readonly string[]): OfferSection {
  const [kindText = '', port = '0', protocol = '', ...formats] = (lines[0] ?? '').slice(2).split(' ');
  const kind = kindText === 'audio' || kindText === 'video' ? kindText : 'application';
  // A port of zero means nothing while the section is part of a bundle (RFC 9143, section 6).
  const isRejected = port === '0' && !lines.includes('a=bundle-only');
  const isActive = !isRejected && !lines.includes('a=inactive') && !lines.includes('a=recvonly');
  return {
    kind,
    mid: valuesOf(lines, 'mid')[0] ?? '',
    protocol,
    formats,
    isRejected,
    isActive,
    lines,
    payloads: payloadsOf(lines),
    extensions: extensionsOf(lines),
    stream: isActive && kind !== 'application' ? streamOf(lines) : null,
  };
}

function payloadsOf(lines: readonly string[]): Map<number, PayloadFormat> {
  const resends = new Map<number, number>();
  for (const text of valuesOf(lines, 'fmtp')) {
    const [, payloadType, original] = /^(\d+) .*\bapt=(\d+)/.exec(text) ?? [];
    if (payloadType !== undefined) resends.set(Number(payloadType), Number(original));
  }
  const payloads = new Map<number, PayloadFormat>();
  for (const text of valuesOf(lines, 'rtpmap')) {
    const [, payloadType, name] = /^(\d+) ([^/\s]+)\//.exec(text) ?? [];
    const codec = codecNames[name?.toLowerCase() ?? ''];
    if (codec === undefined) continue;
    payloads.set(Number(payloadType), { codec, resends: resends.get(Number(payloadType)) ?? null });
  }
  return payloads;
}

function extensionsOf(lines: readonly string[]): ExtensionIds {
  const ids = { ...noExtensions };
  for (const line of lines) {
    const known = knownExtension(line);
    if (known !== null) ids[known.name] = known.id;
  }
  return ids;
}

/** `a=msid` has LiveKit's ids of participant and track; the group names what is resent for what (RFC 5576). */
function streamOf(lines: readonly string[]): OfferedStream | null {
  const trackSid = valuesOf(lines, 'msid')[0]?.split(' ')[1];
  const [, grouped, resend] = /^FID (\d+) (\d+)/.exec(valuesOf(lines, 'ssrc-group')[0] ?? '') ?? [];
  const ssrc = grouped ?? valuesOf(lines, 'ssrc')[0]?.split(' ')[0];
  if (trackSid === undefined || ssrc === undefined) return null;
  return { trackSid, ssrc: Number(ssrc), resendSsrc: resend === undefined ? null : Number(resend) };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.trimEnd());
}

function valuesOf(lines: readonly string[], attribute: string): string[] {
  const prefix = `a=${attribute}:`;
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trim());
}
