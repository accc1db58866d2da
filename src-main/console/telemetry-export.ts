import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { SessionHistory } from '../history/session-history.js';
import type { Recorder } from '../recorder/recorder.js';

/** A console holds the export in memory: of a long take its newest part is given. */
const maxBytes = 16_000_000;

/**
 * The telemetry of the session's latest take; before the first one, what the engine knows at the moment. And what it
 * knows of the room since it was joined.
 */
export class TelemetryExport {
  readonly history = new SessionHistory();
  readonly #recorder: Recorder;
  #takePath: string | null = null;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    let before = recorder.state;
    recorder.on('state', (state) => {
      if (before === 'idle' && state !== 'idle') this.history.reset();
      before = state;
    });
    recorder.on('snapshot', (snapshot) => {
      this.history.acceptSnapshot(snapshot);
    });
    recorder.on('event', (event) => {
      this.history.acceptEvent(event);
    });
  }

  /**
   * From now on that take's telemetry is the session's latest.
   *
   * @param takePath absolute path of the take's folder
   */
  takeStarted(takePath: string): void {
    this.#takePath = takePath;
  }

  /**
   * The export as a file: its name and its text, of which a long take gives the newest part.
   *
   * @throws PlateauError `takeNotFound` when the take was deleted, or its disk cannot be read
   */
  async read(): Promise<{ fileName: string; ndjson: string }> {
    if (this.#takePath === null) {
      const lines = [this.#recorder.snapshot(), ...this.#recorder.eventLog.entries];
      return {
        fileName: 'telemetry.ndjson',
        ndjson: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      };
    }
    const ndjson = await tailOf(join(this.#takePath, 'telemetry.ndjson')).catch((cause: unknown) => {
      throw new PlateauError(
        'takeNotFound',
        'The telemetry of the latest take cannot be read.',
        'Its folder was deleted or moved, or its disk does not answer. The next take has telemetry of its own.',
        { cause },
      );
    });
    return { fileName: `${basename(this.#takePath)}-telemetry.ndjson`, ndjson };
  }
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - maxBytes);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const text = bytes.toString('utf8', 0, bytesRead);
    // The first line is cut where the file was.
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
