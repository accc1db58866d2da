import { ConsoleHost } from '#engine/console-host/console-host.js';
import { ConsoleClient } from '../../fixtures/console-client.js';
import { mediaKey, openService, testContract, type Transport } from './console-contract.js';

async function overWebSocket(folder: string): Promise<Transport> {
  const service = await openService(folder);
  const links: string[] = [];
  const host = await ConsoleHost.start({
    service,
    rendererFolder: folder,
    port: 0,
    mediaKey,
    onLink: (url) => links.push(url),
  });
  const clients = [await ConsoleClient.follow(links[0] ?? '')];
  const client = (): ConsoleClient => clients.at(-1) as ConsoleClient;
  return {
    get api() {
      return client();
    },
    traffic: () => clients.flatMap(({ traffic }) => traffic).join('\n'),
    reload: async () => {
      const { session } = client();
      await client().close();
      clients.push(await ConsoleClient.open(links[0] ?? ''));
      await client().greet({ session });
    },
    close: async () => {
      await client().close();
      await host.close();
      await service.close();
    },
  };
}

testContract('a WebSocket', overWebSocket);
