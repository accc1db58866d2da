import type { ConsoleEvent } from '../../src-main/contract/console.js';
import type { ServerMessage } from '../../src-main/contract/envelope.js';
import { errorExitCodes } from '../../src-main/contract/errors.js';

/** Where each event keeps what it tells. Exhaustive: a new event does not compile until it stands here. */
const contents: { readonly [Type in ConsoleEvent['type']]: keyof Extract<ConsoleEvent, { type: Type }> } = {
  state: 'state',
  snapshot: 'snapshot',
  event: 'event',
  levels: 'levels',
  thumbnail: 'thumbnail',
  verifying: 'takeName',
};

/**
 * Reads a message of the recorder by the envelope of `contract/envelope.ts`, without the weight of its schemas.
 *
 * Only the envelope is looked at. What an event or an answer holds was made by an engine of this very build, and is
 * held against the contract where it is made.
 *
 * @param data as a WebSocket gives it
 * @returns null for what is no message
 */
export function readServerMessage(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const message: unknown = JSON.parse(data);
    return isServerMessage(message) ? message : null;
  } catch {
    return null;
  }
}

function isServerMessage(message: unknown): message is ServerMessage {
  if (!isRecord(message)) return false;
  const { welcome, id, result, event } = message;
  switch (Object.keys(message).sort().join()) {
    case 'welcome':
      return isRecord(welcome) && typeof welcome['session'] === 'string';
    case 'id,result':
      return Number.isSafeInteger(id) && isResult(result);
    case 'event':
      return isEvent(event);
    default:
      return false;
  }
}

function isResult(result: unknown): boolean {
  if (!isRecord(result)) return false;
  if (result['ok'] === true) return 'value' in result;
  const error = result['error'];
  return (
    result['ok'] === false &&
    isRecord(error) &&
    typeof error['code'] === 'string' &&
    error['code'] in errorExitCodes &&
    typeof error['message'] === 'string' &&
    typeof error['hint'] === 'string'
  );
}

function isEvent(event: unknown): boolean {
  if (!isRecord(event)) return false;
  const { type } = event;
  if (typeof type !== 'string' || !isEventType(type)) return false;
  const content = event[contents[type]];
  return type === 'verifying' ? typeof content === 'string' : typeof content === 'object' && content !== null;
}

function isEventType(type: string): type is ConsoleEvent['type'] {
  return Object.keys(contents).includes(type);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
