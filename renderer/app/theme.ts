/** Light or dark, on the root element. `system` follows the system as it changes. */

import { useLayoutEffect } from 'react';

import type { Settings } from '../../shared/model/settings.ts';

export const useTheme = (wished: Settings['theme']): void => {
  useLayoutEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      const theme = wished === 'system' ? (dark.matches ? 'dark' : 'light') : wished;
      document.documentElement.dataset['theme'] = theme;
      document.documentElement.style.colorScheme = theme;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [wished]);
};
