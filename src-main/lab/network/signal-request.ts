import { SignalRequest, SimulateScenario } from '@livekit/protocol';

/**
 * The message with which a client asks livekit-server to send it no more than so many bits a second of
 * frames: `SignalRequest { simulate: SimulateScenario { subscriber_bandwidth } }`.
 *
 * rtc-node 1.1.0 cannot send it: its SimulateScenarioKind has no such member.
 *
 * @param bitsPerSecond whole; 0 lifts the limit
 */
export function subscriberBandwidthRequest(bitsPerSecond: number): Uint8Array {
  const value = new SimulateScenario({
    scenario: { case: 'subscriberBandwidth', value: BigInt(bitsPerSecond) },
  });
  return new SignalRequest({ message: { case: 'simulate', value } }).toBinary();
}
