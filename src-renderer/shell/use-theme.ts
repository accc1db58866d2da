import { useEffect } from 'react';
import { useViewChoice } from '../model/model-context.js';

const prefersLight = '(prefers-color-scheme: light)';

/** Puts the theme where the style sheets look for it; `system` follows the system at once. */
export function useTheme(): void {
  const theme = useViewChoice((choices) => choices.theme);
  useEffect(() => {
    const root = document.documentElement;
    if (theme !== 'system') {
      root.dataset['theme'] = theme;
      return;
    }
    const query = window.matchMedia(prefersLight);
    const follow = (): void => {
      root.dataset['theme'] = query.matches ? 'light' : 'dark';
    };
    follow();
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [theme]);
}
