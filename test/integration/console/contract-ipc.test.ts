import type { WebContents } from 'electron';
import { vi } from 'vitest';
import type { ConsoleApi } from '#engine/contract/console.js';
import * as standIn from '../../fixtures/electron-stand-in.js';
import { openService, testContract, type Transport } from './console-contract.js';

vi.mock('electron', () => import('../../fixtures/electron-stand-in.js'));

/** The window's own modules for both sides of Electron's IPC, and something that carries messages like it. */
async function overIpc(folder: string): Promise<Transport> {
  const service = await openService(folder);
  const { connectPage } = await import('../../../electron/ipc/ipc.js');
  connectPage(standIn.contents as unknown as WebContents, service);
  await import('../../../electron/preload.js');
  return {
    api: standIn.exposed.get('plateau') as ConsoleApi,
    traffic: () => standIn.traffic.join('\n'),
    reload: () => {
      standIn.contents.emit('render-process-gone');
      return Promise.resolve();
    },
    close: () => service.close(),
  };
}

testContract('Electron’s IPC', overIpc);
