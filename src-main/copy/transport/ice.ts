import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  type RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
} from 'werift';
import type { LocalTransport } from '../signal/answer.js';

const loopback = '127.0.0.1';

/** How the other side is known. */
type Credentials = Pick<LocalTransport, 'iceUsername' | 'icePassword'>;

/** What of this machine a connection may use. */
export interface IceOptions {
  /** The server is on this machine, and no other address is of use. */
  readonly isLoopback: boolean;
  /** No address of this machine is of use: media come over relays alone. */
  readonly isRelayForced: boolean;
}

/** ICE of one connection, over IPv4: UDP, and connections of TCP that this side begins. It gathers nothing yet. */
export function newIce({ isLoopback, isRelayForced }: IceOptions): RTCIceTransport {
  const gatherer = new RTCIceGatherer({
    useIpv4: !isRelayForced,
    useIpv6: false,
    useTcp: true,
    tcpPassive: false,
    ...(isLoopback && !isRelayForced
      ? { interfaceAddresses: { udp4: loopback }, additionalHostAddresses: [loopback] }
      : {}),
  });
  // Without one werift asks a public one of somebody else, and waits 5 s for it where UDP is blocked.
  delete gatherer.connection.stunServer;
  return new RTCIceTransport(gatherer);
}

/** How this side is reached and known: ICE credentials, the candidates that were gathered, the certificate's fingerprint. */
export function describeLocal(ice: RTCIceTransport, dtls: RTCDtlsTransport): LocalTransport {
  const { usernameFragment, password } = ice.localParameters;
  return {
    iceUsername: usernameFragment,
    icePassword: password,
    fingerprints: dtls.localParameters.fingerprints,
    candidates: ice.connection.localCandidates.map((candidate) => candidate.toSdp()),
  };
}

/** Takes the other side's credentials. @param isIceLite it only answers checks */
export function setRemoteIce(
  ice: RTCIceTransport,
  { iceUsername, icePassword }: Credentials,
  isIceLite: boolean,
): void {
  ice.setRemoteParams(
    new RTCIceParameters({ iceLite: isIceLite, usernameFragment: iceUsername, password: icePassword }),
  );
}

/** Takes the other side's certificate, and which side begins the handshake. @param role this side's */
export function setRemoteDtls(
  dtls: RTCDtlsTransport,
  fingerprints: LocalTransport['fingerprints'],
  role: 'client' | 'server',
): void {
  dtls.role = role;
  dtls.setRemoteParams(
    new RTCDtlsParameters(
      fingerprints.map(({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value)),
      role === 'client' ? 'server' : 'client',
    ),
  );
}

/** The text of a candidate, which tells it from others. @param candidate as after `a=candidate:`, or with that prefix */
export function candidateText(candidate: string): string {
  return candidate.replace(/^(a=)?candidate:/, '');
}

/** Whether a candidate is one of TCP. @param text as after `a=candidate:` (RFC 8839, section 5.1) */
export function isTcpCandidate(text: string): boolean {
  return text.split(' ')[2]?.toLowerCase() === 'tcp';
}

/** Adds a way to the other side. @returns whether it can be read */
export function addRemoteCandidate(ice: RTCIceTransport, text: string): boolean {
  const parsed = IceCandidate.fromJSON({ candidate: text, sdpMid: '0' });
  if (parsed === undefined) return false;
  // One that cannot be used is one way less; whether any is left shows when connecting.
  ice.addRemoteCandidate(parsed)?.catch(() => undefined);
  return true;
}
