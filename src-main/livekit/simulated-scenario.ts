import { SimulateScenarioKind } from '@livekit/rtc-ffi-bindings';
import type { Room } from '@livekit/rtc-node';

/** How a connection can be broken on purpose. */
export type NetworkScenario = 'signalReconnect' | 'fullReconnect' | 'serverLeave' | 'nodeFailure';

const kinds: Readonly<Record<NetworkScenario, SimulateScenarioKind>> = {
  signalReconnect: SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT,
  fullReconnect: SimulateScenarioKind.SIMULATE_FULL_RECONNECT,
  serverLeave: SimulateScenarioKind.SIMULATE_SERVER_LEAVE,
  nodeFailure: SimulateScenarioKind.SIMULATE_NODE_FAILURE,
};

/**
 * Asks the server to break this connection in one of its ways.
 *
 * @throws Error when the room is not connected
 */
export async function simulateScenario(room: Room, scenario: NetworkScenario): Promise<void> {
  await room.simulateScenario(kinds[scenario]);
}
