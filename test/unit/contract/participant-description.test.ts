import { describe, expect, it } from 'vitest';
import { caps } from '../../../src-main/contract/limits.js';
import {
  describeParticipant,
  type ParticipantDescription,
  participantDescriptionSchema,
} from '../../../src-main/contract/participant-description.js';

function charsOf({ attributes }: ParticipantDescription): number {
  return Object.entries(attributes).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

it('keeps what fits as it is', () => {
  expect(describeParticipant({ role: 'host', 'lk.agent.state': 'speaking', empty: '' }, '{"a":1}')).toEqual({
    attributes: { empty: '', 'lk.agent.state': 'speaking', role: 'host' },
    metadata: '{"a":1}',
    attributesCut: 0,
    metadataCharactersCut: 0,
  });
});

describe('what does not fit is cut and counted', () => {
  it('of a long value, which leaves room for the others', () => {
    const cut = describeParticipant({ a: 'x'.repeat(60_000), b: 'short', c: 'y'.repeat(60_000) }, '');
    expect(charsOf(cut)).toBe(caps.participantAttributesChars);
    expect(cut.attributes['b']).toBe('short');
    expect(cut.attributesCut).toBe(2);
  });

  it('of many attributes, with empty values and long names, too', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`name-${index}`, '']));
    const cut = describeParticipant(many, '');
    expect(charsOf(cut)).toBeLessThanOrEqual(caps.participantAttributesChars);
    expect(Object.keys(cut.attributes).length + cut.attributesCut).toBe(5_000);
    const long = describeParticipant({ ['n'.repeat(5_000)]: 'x', short: 'y' }, '');
    expect(long.attributes).toEqual({ short: 'y' });
    expect(long.attributesCut).toBe(1);
  });

  it('of metadata, and never half of a character', () => {
    const cut = describeParticipant({}, `${'x'.repeat(caps.participantMetadataChars - 1)}😀`);
    expect(cut.metadata).toBe('x'.repeat(caps.participantMetadataChars - 1));
    expect(cut.metadataCharactersCut).toBe(2);
  });
});

it('treats no name in a special way', () => {
  const attributes = JSON.parse('{"__proto__": "a", "constructor": "b"}') as Record<string, string>;
  const { attributes: kept } = describeParticipant(attributes, '');
  expect(Object.entries(kept)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  expect(participantDescriptionSchema.safeParse(describeParticipant(attributes, '')).success).toBe(true);
});
