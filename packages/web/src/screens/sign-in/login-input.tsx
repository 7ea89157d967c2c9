import { TextInput } from '@mantine/core';

interface LoginInputProps {
  readonly value: string;
  readonly onChange: (login: string) => void;
  readonly autoFocus?: boolean;
}

/** The name that somebody signs in with. */
export function LoginInput({ value, onChange, autoFocus = false }: LoginInputProps) {
  return (
    <TextInput
      label="E-mail or user name"
      name="username"
      autoComplete="username"
      autoFocus={autoFocus}
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
