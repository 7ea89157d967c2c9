const PATHS = {
  good: 'M3 8.5l3.2 3.2L13 5',
  bad: 'M4 4l8 8M12 4l-8 8',
  careful: 'M8 2.5L14.5 13.5h-13zM8 6.5v3.5M8 11.6v.4',
  calm: 'M8 4.5V8l2.2 2.2M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
} as const;

export type IconName = keyof typeof PATHS;

/** Always beside a word that says the same. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      aria-hidden="true"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
