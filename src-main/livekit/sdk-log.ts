import { createRequire } from 'node:module';

/**
 * Silences rtc-node's own logger. It writes JSON lines to stdout, which belongs to the command line's
 * output, and cannot be configured from outside; what matters of it reaches us as room events.
 *
 * Its native part opens libpulse with the first room, although nothing is played or captured here. What that has to say of a
 * home or runtime folder that is not its own goes to stderr; by this variable it goes to the system's log. Whoever has set it
 * is obeyed.
 *
 * Once it has been shut down, the native part writes what it would have told to stderr by itself: of a room that was still being
 * joined, for instance. This variable of Rust's loggers is read when the first room is made.
 */
export function silenceSdkLog(): void {
  process.env['PULSE_LOG_SYSLOG'] ??= '1';
  process.env['RUST_LOG'] ??= 'off';
  const require = createRequire(import.meta.url);
  const fromSdk = createRequire(require.resolve('@livekit/rtc-node'));
  const { log } = fromSdk('./log.cjs') as { log: { level: string } };
  log.level = 'silent';
}
