import type { Command, CommanderError } from 'commander';
import { PlateauError } from '../../contract/errors.js';

/** A commander error in Plateau's form. Values are left out: they may be secrets at the wrong place. */
export function fromCommanderError(error: CommanderError, commandName: string): PlateauError {
  const [sentence = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n');
  const text = sentence.replace(/'(--?[^'=]+)=[^']*'/, "'$1'").replace(/\.?$/, '.');
  const suggested = suggestion
    .join(' ')
    .trim()
    .replace(/^\(|\)$/g, '');
  const help = `\`${commandName} --help\` lists what there is.`;
  return new PlateauError(
    'usage',
    text.charAt(0).toUpperCase() + text.slice(1),
    suggested === '' ? help : `${suggested} ${help}`,
  );
}

/**
 * The further options that a command does not know, each once; commander tells the first one only, with what may be meant.
 *
 * @param args what stands behind the command's name
 */
export function unknownOptions(command: Command, args: readonly string[]): PlateauError[] {
  const { unknown } = command.parseOptions([...args]);
  const end = unknown.indexOf('--');
  const flags = (end < 0 ? unknown : unknown.slice(0, end))
    .filter((argument) => /^--?[a-z]/i.test(argument))
    .map((argument) => argument.replace(/=.*$/s, ''));
  return [...new Set(flags)]
    .slice(1)
    .map(
      (flag) =>
        new PlateauError(
          'usage',
          `Unknown option '${flag}'.`,
          `\`plateau ${command.name()} --help\` lists what there is.`,
        ),
    );
}
