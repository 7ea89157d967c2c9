import { grouped } from '../words/numbers.ts';

export interface ChipChoice {
  /** Undefined shows everything. */
  readonly value: string | undefined;
  readonly text: string;
  readonly count: number;
}

interface ChipsProps {
  readonly label: string;
  readonly choices: readonly ChipChoice[];
  readonly chosen: string | undefined;
  readonly onChoose: (value: string | undefined) => void;
}

/** Counts that filter what stands below them. */
export function Chips({ label, choices, chosen, onChoose }: ChipsProps) {
  return (
    <div className="chips" role="group" aria-label={label}>
      {choices.map(({ value, text, count }) => (
        <button
          key={value ?? ''}
          type="button"
          className="chip"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {`${text} ${grouped(count)}`}
        </button>
      ))}
    </div>
  );
}
