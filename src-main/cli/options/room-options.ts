import type { Command } from 'commander';
import { readPath } from './read-path.js';

/** Of every command that records. */
export const groupOption = [
  '--group',
  'let the group of your user read the files (default: you alone)',
] as const;

/**
 * Adds where a take comes from and goes to: what every command that joins a room has.
 *
 * @param descriptions what `--url` and `--room` mean to the command
 */
export function addRoomOptions(
  command: Command,
  descriptions: { readonly url: string; readonly room: string },
): Command {
  return command
    .option('--url <url>', descriptions.url)
    .option('--room <name>', descriptions.room)
    .option('--token <token>', 'an access token for the room (LIVEKIT_TOKEN)')
    .option('--api-key <key>', 'the key to make a token with (LIVEKIT_API_KEY)')
    .option('--api-secret <secret>', 'the secret to make a token with (LIVEKIT_API_SECRET)')
    .option('--e2ee-key-file <file>', 'the key of an end-to-end encrypted room (LIVEKIT_E2EE_KEY)', readPath)
    .option('--e2ee-key-index <number>', 'index of that key, 0 to 255 (default: 0)')
    .option('--out <folder>', 'where the take’s folder is created (default: ./takes)', readPath)
    .option(...groupOption);
}
