import { expect, it } from 'vitest';
import { linkText } from '../../../../src-renderer/shell/link-text.js';

it('tells nobody to start what has just answered', () => {
  for (const link of ['refused', 'crowded'] as const) {
    const { hint } = linkText(link);
    expect(hint).toContain('Plateau is running');
    expect(hint).not.toMatch(/start|again/);
  }
  expect(linkText('lost').hint).toContain('Check that plateau serve is running');
  expect(linkText('connecting').hint).toBeNull();
});
