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

/**
 * ICE of one connection, over UDP and IPv4; it gathers nothing yet.
 *
 * @param isLoopback the server is on this machine, and no other address is of use
 */
export function newIce(isLoopback: boolean): RTCIceTransport {
  const gatherer = new RTCIceGatherer({
    useIpv4: true,
    useIpv6: false,
    useTcp: false,
    ...(isLoopback ? { interfaceAddresses: { udp4: loopback }, additionalHostAddresses: [loopback] } : {}),
  });
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

/** Adds a way to the other side. @returns whether it can be read */
export function addRemoteCandidate(ice: RTCIceTransport, text: string): boolean {
  const parsed = IceCandidate.fromJSON({ candidate: text, sdpMid: '0' });
  if (parsed === undefined) return false;
  // One that cannot be used is one way less; whether any is left shows when connecting.
  ice.addRemoteCandidate(parsed)?.catch(() => undefined);
  return true;
}
