import type { ConnectionForm, ConnectionStep } from '../contract/connection-test.js';
import { PlateauError } from '../contract/errors.js';
import { testConnection } from '../livekit/connect/connection-test.js';
import type { SecretStore } from './secret-store.js';
import { serverOf, urlOf } from './source-form.js';

/** Connections that are tried, one at a time: the next one ends it, and so does joining a room. */
export class ConnectionTests {
  readonly #secrets: SecretStore;
  #running: AbortController | null = null;

  constructor(secrets: SecretStore) {
    this.#secrets = secrets;
  }

  /**
   * Tries what a person entered, without joining.
   *
   * @throws PlateauError `invalidState` when it was ended before it came to its end
   */
  async run(form: ConnectionForm): Promise<ConnectionStep[]> {
    this.cancel();
    const running = new AbortController();
    this.#running = running;
    const room = form.room.trim();
    const readSource = () => ({ ...serverOf(form, this.#secrets), room: room === '' ? null : room });
    try {
      return await testConnection({ readUrl: () => urlOf(form), readSource }, running.signal);
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  /** Ends the one that runs; without one it does nothing. */
  cancel(): void {
    this.#running?.abort(
      new PlateauError('invalidState', 'The connection is no longer tested.', 'Another one was begun.'),
    );
    this.#running = null;
  }
}
