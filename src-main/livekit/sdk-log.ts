import { createRequire } from 'node:module';

/**
 * Silences rtc-node's own logger. It writes JSON lines to stdout, which belongs to the command line's
 * output, and cannot be configured from outside; what matters of it reaches us as room events.
 */
export function silenceSdkLog(): void {
  const require = createRequire(import.meta.url);
  const fromSdk = createRequire(require.resolve('@livekit/rtc-node'));
  const { log } = fromSdk('./log.cjs') as { log: { level: string } };
  log.level = 'silent';
}
