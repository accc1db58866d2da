import type { ProfileOptions } from './profile-options.js';

/** The options of `plateau record`, as commander hands them over. */
export interface RecordOptions extends ProfileOptions {
  readonly url?: string;
  readonly room?: string;
  readonly token?: string;
  readonly copyToken?: string;
  readonly apiKey?: string;
  readonly apiSecret?: string;
  readonly e2eeKeyFile?: string;
  readonly e2eeKeyIndex?: string;
  readonly out?: string;
  readonly fallback?: string;
  readonly backup?: string;
  readonly duration?: string;
  readonly splitEvery?: string;
  readonly splitSize?: string;
  readonly replay?: string;
  readonly startAt?: string;
  readonly wait?: string;
  readonly waitForNext?: boolean;
  readonly participants?: string;
  readonly audioOnly?: boolean;
  readonly mode?: string;
  readonly deliver?: boolean;
  readonly deliverFps?: string;
  readonly deliverSize?: string;
  readonly maxFiles?: string;
  readonly furtherAudio?: string;
  readonly memoryCeiling?: string;
  readonly json?: boolean;
}
