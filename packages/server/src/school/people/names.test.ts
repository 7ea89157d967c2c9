import { expect, it } from 'vitest';
import { namesOfNew } from './names.ts';

it.each([
  ['Ana Ruiz', 'Ana', 'Ruiz', 'Ana Ruiz'],
  ['Ruiz, Ana', 'Ana', 'Ruiz', 'Ana Ruiz'],
  ['Rossi, Jan', 'Jan', 'Rossi', 'Jan Rossi'],
  ['Ana María de la Cruz', 'Ana María de la', 'Cruz', 'Ana María de la Cruz'],
  ['Oscar Peel, Jr.', 'Oscar', 'Peel', 'Oscar Peel, Jr.'],
  ['Oscar Peel Jr.', 'Oscar', 'Peel', 'Oscar Peel Jr.'],
  ['Peel, Oscar, Jr.', 'Oscar', 'Peel', 'Oscar Peel, Jr.'],
  ['Peel Jr., Oscar', 'Oscar', 'Peel', 'Oscar Peel Jr.'],
  ['Martin Luther King III', 'Martin Luther', 'King', 'Martin Luther King III'],
  ['Dr. Anna Berg, PhD', 'Anna', 'Berg', 'Dr. Anna Berg, PhD'],
  ['Dr. Anna Berg, Ph. D., M.A.', 'Anna', 'Berg', 'Dr. Anna Berg, Ph. D., M.A.'],
  ['Berg, Prof. Dr. Anna', 'Anna', 'Berg', 'Prof. Dr. Anna Berg'],
  ['Mr. Smith', '', 'Smith', 'Mr. Smith'],
  ['Berg,', '', 'Berg', 'Berg'],
  ['Jun Sen', 'Jun', 'Sen', 'Jun Sen'],
  ['Ma, Yo-Yo', 'Yo-Yo', 'Ma', 'Yo-Yo Ma'],
  ['Yo, Ma', 'Ma', 'Yo', 'Ma Yo'],
  ['Cher', 'Cher', '', 'Cher'],
  ['田中太郎', '田中太郎', '', '田中太郎'],
  ['Nguyễn Văn An', 'Nguyễn Văn', 'An', 'Nguyễn Văn An'],
  ['  Ana \t Ruiz ', 'Ana', 'Ruiz', 'Ana Ruiz'],
])('a full name %j has the parts %j and %j and is shown as %j', (full, given, family, shown) => {
  expect(namesOfNew(full)).toEqual({ given_name: given, family_name: family, display_name: shown });
});
