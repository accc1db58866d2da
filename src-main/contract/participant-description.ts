import { z } from 'zod';
import { caps } from './limits.js';

/** What an application says of a participant beside the name: LiveKit's attributes and metadata, as far as they fit. */
export const participantDescriptionSchema = z.object({
  attributes: z.record(z.string(), z.string()),
  metadata: z.string(),
  /** Attributes that are left out or shortened. */
  attributesCut: z.int().nonnegative(),
  /** Characters of the metadata that are left out. */
  metadataCharactersCut: z.int().nonnegative(),
});
export type ParticipantDescription = z.infer<typeof participantDescriptionSchema>;

/**
 * Takes what fits: a server allows 64 KB of each, and whole rooms are listed. Attributes come in the order of their names,
 * and each has an equal share at least, so that a long one does not keep the others out.
 */
export function describeParticipant(
  attributes: Readonly<Record<string, string>>,
  metadata: string,
): ParticipantDescription {
  const kept: [string, string][] = [];
  let attributesCut = 0;
  let roomChars: number = caps.participantAttributesChars;
  // Codepoints, not the reader's language: every machine lists the same.
  const entries = Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [index, [name, value]] of entries.entries()) {
    const share = Math.floor(roomChars / (entries.length - index));
    const text = whole(value.slice(0, Math.max(0, share - name.length)));
    if (name.length > share || text.length < value.length) attributesCut += 1;
    if (name.length > share) continue;
    kept.push([name, text]);
    roomChars -= name.length + text.length;
  }
  const text = whole(metadata.slice(0, caps.participantMetadataChars));
  return {
    // It defines its properties: no name is special, not even __proto__.
    attributes: Object.fromEntries(kept),
    metadata: text,
    attributesCut,
    metadataCharactersCut: metadata.length - text.length,
  };
}

/** Without the half of a character that a cut has left. */
function whole(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}
