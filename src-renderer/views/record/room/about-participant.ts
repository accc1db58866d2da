import type { ConsoleParticipant } from '../../../../src-main/contract/console-participant.js';

/** What is known of somebody beside their name, for a tooltip: a line for each attribute. */
export function aboutParticipant({ identity, description }: ConsoleParticipant): string {
  if (description === undefined) return identity;
  const { attributes, attributesCut, metadata, metadataCharactersCut } = description;
  return [
    identity,
    ...Object.entries(attributes).map(([name, value]) => `${name}: ${value}`),
    ...(attributesCut === 0 ? [] : [`Attributes shortened or left out: ${attributesCut}`]),
    ...(metadata === '' ? [] : [`Metadata: ${metadata}${metadataCharactersCut === 0 ? '' : '…'}`]),
  ].join('\n');
}
