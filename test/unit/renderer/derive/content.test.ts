import { expect, it } from 'vitest';
import { stateContent } from '../../../../src-renderer/derive/content.js';

it('is green, amber and red', () => {
  const tones = (['complete', 'smallLosses', 'losses'] as const).map(
    (grade) => stateContent({ grade, worstShare: 0.02, gaps: 0 }).tone,
  );
  expect(tones).toEqual(['good', 'warning', 'bad']);
});
