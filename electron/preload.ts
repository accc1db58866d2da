import { contextBridge, ipcRenderer } from 'electron';
import type { ConsoleEvent } from '#engine/contract/console.js';
import type { Call, Delivered, EventBatch } from '#engine/contract/envelope.js';
import { channels } from './ipc/channels.js';

type Listener = (event: ConsoleEvent) => void;

const listeners = new Set<Listener>();

function call(name: string, input: unknown): Promise<unknown> {
  return ipcRenderer.invoke(channels.call, { call: name, input } satisfies Call);
}

function subscribe(listener: Listener): () => void {
  const isFirst = listeners.size === 0;
  listeners.add(listener);
  if (isFirst) ipcRenderer.send(channels.listen);
  return () => {
    listeners.delete(listener);
  };
}

ipcRenderer.on(channels.events, (_event, { batch, events }: EventBatch) => {
  try {
    for (const event of events) for (const listener of listeners) listener(event);
  } finally {
    // Also after a listener has failed: the engine holds everything back until it hears this.
    ipcRenderer.send(channels.delivered, { delivered: batch } satisfies Delivered);
  }
});

// ConsoleApi, and nothing else: no ipcRenderer, no channel of one's choice, no event object.
contextBridge.exposeInMainWorld('plateau', { call, subscribe });
