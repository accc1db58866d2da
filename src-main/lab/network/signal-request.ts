/** `SignalRequest.simulate` and `SimulateScenario.subscriber_bandwidth` of livekit_rtc.proto (protocol 1.51). */
const simulateField = 13;
const subscriberBandwidthField = 6;
/** Protocol Buffers' kinds of fields. */
const varintKind = 0;
const lengthDelimitedKind = 2;

/**
 * The message with which a client asks livekit-server to send it no more than so many bits a second of
 * frames: `SignalRequest { simulate: SimulateScenario { subscriber_bandwidth } }`.
 *
 * rtc-node 1.1.0 cannot send it: its SimulateScenarioKind has no such member.
 *
 * @param bitsPerSecond 0 lifts the limit
 */
export function subscriberBandwidthRequest(bitsPerSecond: number): Uint8Array {
  const scenario = [tag(subscriberBandwidthField, varintKind), ...varint(bitsPerSecond)];
  return Uint8Array.from([tag(simulateField, lengthDelimitedKind), scenario.length, ...scenario]);
}

function tag(field: number, kind: number): number {
  return (field << 3) | kind;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
