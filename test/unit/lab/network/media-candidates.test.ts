import { SessionDescription, SignalRequest, SignalResponse, TrickleRequest } from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { hideClient, leadThroughRelay } from '../../../../src-main/lab/network/media-candidates.js';

const rewrite = leadThroughRelay({ serverPort: 7882, relayPort: 5000 });
const host = 'candidate:3 1 udp 2130706431 127.0.0.1 7882 typ host ufrag abc';
const sdp = [
  'v=0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  `a=${host}`,
  'a=candidate:4 1 tcp 1671430143 127.0.0.1 7881 typ host tcptype passive',
  'a=candidate:5 1 udp 1 10.0.0.1 7999 typ host',
  'a=end-of-candidates',
  '',
].join('\r\n');

function trickled(candidateInit: string): SignalResponse {
  const value = new TrickleRequest({ candidateInit });
  return new SignalResponse({ message: { case: 'trickle', value } });
}

function candidateIn(bytes: Uint8Array | null): unknown {
  if (bytes === null) return null;
  const { message } = SignalResponse.fromBinary(bytes);
  return message.case === 'trickle' ? JSON.parse(message.value.candidateInit) : message.case;
}

describe('what the server says', () => {
  it('leads to the relay, and nowhere else', () => {
    const init = (candidate: string): string => JSON.stringify({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
    expect(candidateIn(rewrite(trickled(init(host)).toBinary()))).toEqual({
      candidate: 'candidate:3 1 udp 2130706431 127.0.0.1 5000 typ host ufrag abc',
      ...{ sdpMid: '0', sdpMLineIndex: 0 },
    });
    const tcp = 'candidate:4 1 tcp 1671430143 127.0.0.1 7881 typ host tcptype passive';
    expect(rewrite(trickled(init(tcp)).toBinary())).toBeNull();
    expect(rewrite(trickled(init('candidate:what is this')).toBinary())).toBeNull();
    // The end of candidates has none.
    expect(candidateIn(rewrite(trickled(init('')).toBinary()))).toMatchObject({ candidate: '' });
  });

  it.each(['offer', 'answer'] as const)('has the relay in the %s as well', (kind) => {
    const value = new SessionDescription({ type: kind, sdp });
    const bytes = rewrite(new SignalResponse({ message: { case: kind, value } }).toBinary());
    const { message } = SignalResponse.fromBinary(bytes ?? Uint8Array.of());
    expect(message.case === kind ? message.value.sdp.split('\r\n') : []).toEqual([
      'v=0',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'a=candidate:3 1 udp 2130706431 127.0.0.1 5000 typ host ufrag abc',
      'a=end-of-candidates',
      '',
    ]);
  });

  it('is otherwise left byte for byte', () => {
    const pong = new SignalResponse({ message: { case: 'pong', value: 7n } }).toBinary();
    expect(rewrite(pong)).toBe(pong);
  });
});

describe('what the client says', () => {
  it('has none of its own addresses', () => {
    const value = new TrickleRequest({ candidateInit: JSON.stringify({ candidate: host }) });
    expect(hideClient(new SignalRequest({ message: { case: 'trickle', value } }).toBinary())).toBeNull();
    const offer = new SessionDescription({ type: 'offer', sdp });
    const bytes = hideClient(new SignalRequest({ message: { case: 'offer', value: offer } }).toBinary());
    const { message } = SignalRequest.fromBinary(bytes ?? Uint8Array.of());
    expect(message.case === 'offer' ? message.value.sdp : '').not.toContain('candidate:');
    expect(message.case === 'offer' ? message.value.sdp : '').toContain('a=end-of-candidates');
  });

  it('is otherwise left byte for byte', () => {
    const ping = new SignalRequest({ message: { case: 'ping', value: 7n } }).toBinary();
    expect(hideClient(ping)).toBe(ping);
  });
});
