import type { ConnectionStep } from '../../src-main/contract/connection-test.js';

const ok = { state: 'ok', hint: null, error: null } as const;
const notTried = { state: 'notTried', text: '', hint: null, error: null } as const;

/** What the engine says of a connection that it has tried. */
export function connectionSteps(
  changes: Partial<Record<ConnectionStep['part'], Partial<ConnectionStep>>> = {},
): ConnectionStep[] {
  const steps: ConnectionStep[] = [
    { ...ok, part: 'address', text: 'The address is wss://studio.example.' },
    { ...ok, part: 'server', text: 'studio.example answered in 34 ms.' },
    { ...ok, part: 'livekit', text: 'It is a LiveKit server.' },
    { ...ok, part: 'credentials', text: 'API key, secret and room are there.' },
    { ...ok, part: 'access', text: 'The server would let the recorder join. The room is open.' },
    { ...ok, part: 'clock', text: 'This machine’s clock is 0.2 s beside the server’s.' },
  ];
  return steps.map((step) => ({ ...step, ...changes[step.part] }));
}

/** Nobody answers at the address. */
export function unreachableSteps(): ConnectionStep[] {
  const error = {
    code: 'serverUnreachable',
    message: 'The LiveKit server at studio.example cannot be reached (no such host).',
    hint: 'Check the address (wss:// for a hosted server, ws:// for a local one), that the server runs, and that no firewall is in between.',
  } as const;
  return connectionSteps({
    server: { state: 'failed', text: error.message, hint: error.hint, error },
    livekit: notTried,
    access: notTried,
    clock: notTried,
  });
}

/** The server says no, and its clock is elsewhere. */
export function refusedSteps(): ConnectionStep[] {
  const error = {
    code: 'unauthorized',
    message: 'The server at studio.example refused the credentials.',
    hint: 'Check that API key and secret belong together and to this server, or that the token was made with them.',
  } as const;
  return connectionSteps({
    access: { state: 'failed', text: error.message, hint: error.hint, error },
    clock: {
      state: 'warning',
      text: 'This machine’s clock is 95.0 s beside the server’s.',
      hint: 'Set the clock of this machine, or of the server: tokens are refused over it.',
    },
  });
}
