/**
 * The process that a signalling relay lives in: apart from the recorder, whose blocked event loop would
 * otherwise cut the recorder off its server. Started and spoken to by `throttled-network.ts` over Node's IPC
 * channel.
 */
import { SignalRelay } from './signal-relay.js';
import { type RelayReport, relayRequestSchema } from './signal-relay-messages.js';

let relay: SignalRelay | undefined;

async function start(serverPort: number): Promise<void> {
  relay = await SignalRelay.start(serverPort);
  process.send?.({ type: 'listening', port: relay.port } satisfies RelayReport);
}

function receive(message: unknown): void {
  const request = relayRequestSchema.parse(message);
  if (request.type === 'start') void start(request.serverPort);
  else relay?.throttle(request.bitsPerSecond);
}

process.on('message', receive);
// The lab's process is gone, or wants no relay any more: connections end with this one.
process.on('disconnect', () => process.exit(0));
