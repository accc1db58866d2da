/**
 * The process that a relay lives in: apart from the recorder, whose blocked event loop would otherwise cut the recorder
 * off its server. Started and spoken to by `throttled-network.ts` over Node's IPC channel.
 */
import { hideClient, leadThroughRelay } from './media-candidates.js';
import { MediaRelay } from './media-relay.js';
import { SignalRelay } from './signal-relay.js';
import { type RelayReport, type RelayRequest, relayRequestSchema } from './signal-relay-messages.js';

let relay: SignalRelay | undefined;
let media: MediaRelay | undefined;

async function start({ serverPort, mediaPort }: Extract<RelayRequest, { type: 'start' }>): Promise<void> {
  if (mediaPort !== null) media = await MediaRelay.start(mediaPort);
  const rewrites =
    mediaPort === null || media === undefined
      ? undefined
      : {
          ofClient: hideClient,
          ofServer: leadThroughRelay({ serverPort: mediaPort, relayPort: media.port }),
        };
  relay = await SignalRelay.start(serverPort, rewrites);
  process.send?.({ type: 'listening', port: relay.port } satisfies RelayReport);
}

function receive(message: unknown): void {
  const request = relayRequestSchema.parse(message);
  switch (request.type) {
    case 'start':
      void start(request);
      return;
    case 'throttle':
      relay?.throttle(request.bitsPerSecond);
      return;
    case 'impair':
      media?.impair(request);
  }
}

process.on('message', receive);
// The lab's process is gone, or wants no relay any more: connections end with this one.
process.on('disconnect', () => process.exit(0));
