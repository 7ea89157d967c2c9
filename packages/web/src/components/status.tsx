import type { Tone } from '../words/operations.ts';
import { Icon } from './icon.tsx';

/** A state as word, icon and colour. */
export function Status({ text, tone }: { readonly text: string; readonly tone: Tone }) {
  return (
    <span className={`status ${tone}`}>
      <Icon name={tone} />
      {text}
    </span>
  );
}
