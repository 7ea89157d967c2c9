import { createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 9, dark: 9 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  lineHeights: { md: '1.6' },
  respectReducedMotion: true,
  cursorType: 'pointer',
});

const HOVER = '#056048';

/** The library's own grey for secondary text, and its lighter green under the pointer, have too little contrast (WCAG 1.4.3). */
export const cssVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-teal-filled-hover': HOVER,
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-placeholder': colors.gray[7],
    '--mantine-color-error': colors.red[9],
    '--mantine-color-anchor': colors.teal[9],
  },
  dark: {
    '--mantine-color-teal-filled-hover': HOVER,
    '--mantine-color-dimmed': colors.dark[1],
    '--mantine-color-placeholder': colors.dark[1],
    '--mantine-color-error': colors.red[3],
    '--mantine-color-anchor': colors.teal[3],
  },
});
