import type { CommanderError } from 'commander';
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
