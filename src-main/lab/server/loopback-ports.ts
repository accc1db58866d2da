import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that Linux (from 32768 on), macOS and Windows (from 49152 on) give to outgoing connections: one of those may be
 * taken between this look and the moment at which a server binds it.
 */
const ports = { from: 20_000, to: 32_000 } as const;
/** A machine with so many ports in use has none for a server. */
const mostTries = 100;

/** A TCP port of the loopback interface that nobody listens on right now. @throws the error of the system */
export function freeTcpPort(): Promise<number> {
  return freePort(async (port) => {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  });
}

/** A UDP port of the loopback interface that nobody is bound to right now. @throws the error of the system */
export function freeUdpPort(): Promise<number> {
  return freePort(async (port) => {
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
    await once(socket, 'close');
  });
}

async function freePort(bind: (port: number) => Promise<void>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = ports.from + Math.floor(Math.random() * (ports.to - ports.from));
    try {
      await bind(port);
      return port;
    } catch (thrown) {
      if (tries >= mostTries) throw thrown;
    }
  }
}
