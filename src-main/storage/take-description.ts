import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TakeDescription, takeDescriptionSchema } from '../contract/takes.js';
import { replaceFile } from './replace-file.js';
import { outputError } from './take-folder.js';

/** Beside the manifest, which is the recorder's: what people say of a take can be changed while it is recorded. */
export const descriptionFileName = 'description.json';

/** What a take is called, and what is noted of it; nothing of both where nobody has said anything. */
export async function readDescription(folder: string): Promise<TakeDescription> {
  try {
    const text = await readFile(join(folder, descriptionFileName), 'utf8');
    return takeDescriptionSchema.parse(JSON.parse(text));
  } catch {
    return { title: '', note: '' };
  }
}

/**
 * Replaces it; an empty one leaves no file. A reader sees the old one or the new one and never a part.
 *
 * @throws PlateauError `outputUnwritable`, `diskFull`
 */
export async function writeDescription(folder: string, description: TakeDescription): Promise<void> {
  const path = join(folder, descriptionFileName);
  if (description.title !== '' || description.note !== '') {
    await replaceFile(path, `${JSON.stringify(description, null, 2)}\n`, `.${descriptionFileName}.tmp`);
    return;
  }
  await rm(path, { force: true }).catch((thrown: unknown) => {
    throw outputError(thrown);
  });
}
