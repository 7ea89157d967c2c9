import type { Interruption, Terminal } from './terminal.ts';

export interface TestTerminal {
  readonly terminal: Terminal;
  readonly printed: string[];
  readonly told: string[];
  readonly retold: string[];
  readonly asked: string[];
  /** Presses Ctrl-C. */
  interrupt(): void;
}

interface TestTerminalOptions {
  readonly isInteractive?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly homeDir?: string;
  /** What a person types, question by question. */
  readonly answers?: readonly string[];
}

/** A terminal that keeps what it is shown, with somebody at it who has the answers ready. */
export function aTerminal(options: TestTerminalOptions = {}): TestTerminal {
  const { isInteractive = false, columns = 80, env = {}, homeDir = '/nowhere', answers = [] } = options;
  const interruption = new AbortController();
  const kept: Record<'printed' | 'told' | 'retold' | 'asked', string[]> = {
    printed: [],
    told: [],
    retold: [],
    asked: [],
  };
  const left = [...answers];
  const answer = async (question: string): Promise<string> => {
    kept.asked.push(question.trim());
    const next = left.shift();
    if (next === undefined) throw new Error(`Nobody answers: ${question}`);
    return next;
  };
  const untilInterrupted = (): Interruption => ({ signal: interruption.signal, ignore: () => undefined });
  return {
    ...kept,
    terminal: {
      print: (text) => kept.printed.push(text),
      write: async (bytes) => {
        kept.printed.push(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      },
      tell: (text) => kept.told.push(text),
      retell: (line) => kept.retold.push(line),
      isInteractive,
      columns,
      env,
      homeDir,
      ask: answer,
      askSecret: answer,
      untilInterrupted,
    },
    interrupt: () => {
      interruption.abort();
    },
  };
}
