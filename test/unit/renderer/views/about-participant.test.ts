import { expect, it } from 'vitest';
import { describeParticipant } from '../../../../src-main/contract/participant-description.js';
import { aboutParticipant } from '../../../../src-renderer/views/record/room/about-participant.js';

const ada = { identity: 'ada', name: 'Ada', isPresent: true, isArmed: true, tracks: [] };

it('is the identity, then attributes and metadata, and how much of them is left out', () => {
  expect(aboutParticipant(ada)).toBe('ada');
  const description = describeParticipant({ team: 'core', role: 'host' }, '{"seat":1}');
  expect(aboutParticipant({ ...ada, description })).toBe('ada\nrole: host\nteam: core\nMetadata: {"seat":1}');
  const cut = { ...description, attributesCut: 2, metadataCharactersCut: 9 };
  expect(aboutParticipant({ ...ada, description: cut })).toBe(
    'ada\nrole: host\nteam: core\nAttributes shortened or left out: 2\nMetadata: {"seat":1}…',
  );
});
