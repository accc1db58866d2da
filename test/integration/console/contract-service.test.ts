import type { CommandInput, CommandName, CommandOutput, ConsoleApi } from '#engine/contract/console.js';
import type { Result } from '#engine/contract/errors.js';
import { openService, testContract, type Transport } from './console-contract.js';

/** The service itself, through a JSON round trip as every transport makes one. */
async function direct(folder: string): Promise<Transport> {
  const service = await openService(folder);
  const traffic: string[] = [];
  const api: ConsoleApi = {
    call: async <Name extends CommandName>(name: Name, input: CommandInput<Name>) => {
      const text = JSON.stringify(await service.handle(name, input));
      traffic.push(text);
      return JSON.parse(text) as Result<CommandOutput<Name>>;
    },
    subscribe: (listener) =>
      service.subscribe((event) => {
        traffic.push(JSON.stringify(event));
        listener(event);
      }),
  };
  return {
    api,
    traffic: () => traffic.join('\n'),
    reload: () => Promise.resolve(),
    close: () => service.close(),
  };
}

testContract('the service', direct);
