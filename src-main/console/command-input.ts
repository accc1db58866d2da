import { type CommandName, commands } from '../contract/console.js';
import { PlateauError } from '../contract/errors.js';
import type { Refusal } from '../contract/refusal.js';

/** Whether the contract has a command of that name; names of every object's own (`constructor`) are none. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** The error of a command that this engine does not know. */
export function noSuchCommand(): PlateauError {
  return new PlateauError('usage', 'There is no such command.', 'Console and engine may differ in age.');
}

/** Says where the input is wrong, and never what it was: it may be a secret at the wrong place. */
export function unreadable(issues: readonly { readonly path: readonly PropertyKey[] }[]): PlateauError {
  const place = issues[0]?.path.map(String).join('.') ?? '';
  return new PlateauError(
    'usage',
    place === '' ? 'The command’s input cannot be understood.' : `“${place}” cannot be understood.`,
    'Check what was entered there.',
  );
}

/** The error of a command that does not fit the moment. */
export function refused({ code, reason, hint }: Refusal): PlateauError {
  return new PlateauError(code, reason, hint);
}

/** What the end of the program would have to undo at once. */
const beginning: ReadonlySet<CommandName> = new Set<CommandName>([
  'connect',
  'connectDemo',
  'startTake',
  'startSoak',
  'startShow',
]);

/**
 * Refuses what begins something while the program ends.
 *
 * @throws PlateauError `invalidState`
 */
export function refuseToBegin(name: CommandName): void {
  if (!beginning.has(name)) return;
  throw new PlateauError('invalidState', 'The recorder is ending.', 'Start it again first.');
}

/** Settings that were left out stay as they are. */
export function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]-?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Key in keyof Value]-?: Exclude<Value[Key], undefined>;
  };
}
