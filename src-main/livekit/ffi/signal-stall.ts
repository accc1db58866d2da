import type { FfiEvent, LogRecord } from '@livekit/rtc-ffi-bindings';
// Declares the global that holds rtc-node's FFI client.
import type {} from '@livekit/rtc-node';

/** The two tasks of a session that hand on what the server says, and what WebRTC does. */
const sessionTarget = 'livekit::rtc_engine::rtc_session';
/** Said once, when one message has kept its task for 10 s: `signal_task` and `rtc_session_task` of rtc_session.rs. */
const stalledText = /^(?:signal_event|rtc_event is) taking too much time/;

/**
 * Listens for a session of the SDK that has stopped to hear its server: it stays connected, what it receives goes on, and
 * of whoever comes nothing is heard any more. The SDK says so in its log, and nowhere else (rtc-node 1.1.0).
 *
 * @param onStalled called each time the SDK says so
 * @returns ends the listening
 * @throws TypeError when no Room has begun to connect in this process
 */
export function watchForStall(onStalled: () => void): () => void {
  const emitter = globalThis._ffiClientInstance;
  if (emitter === undefined) throw new TypeError('watchForStall needs a Room that has connected');
  const listen = ({ message }: FfiEvent): void => {
    if (message.case === 'logs' && message.value.records.some(tellsOfStall)) onStalled();
  };
  emitter.on('ffi_event', listen);
  return () => emitter.off('ffi_event', listen);
}

/** Whether a line of the SDK's log says that a session hears nothing any more. */
export function tellsOfStall({ message, target }: Pick<LogRecord, 'message' | 'target'>): boolean {
  return target === sessionTarget && stalledText.test(message ?? '');
}
