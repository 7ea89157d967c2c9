import { unclearEncoding, type UnclearEncoding } from '@muster/contract';
import { Radio, Stack } from '@mantine/core';
import { ApiProblem } from '../../api/api-problem.ts';

type Encodings = UnclearEncoding['encodings'];

/** What a refused file may be written in; null where that was not what was wrong with it. */
export function encodingsOf(error: Error | null): Encodings | null {
  const offered = error instanceof ApiProblem ? unclearEncoding.safeParse(error.body) : null;
  return offered?.success === true ? offered.data.encodings : null;
}

interface EncodingChoiceProps {
  readonly encodings: Encodings;
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/** Some names of the file in each likely reading: a person sees at once which of them is right. */
export function EncodingChoice({ encodings, chosen, onChoose }: EncodingChoiceProps) {
  return (
    <Radio.Group
      label="In which of these do the names read right?"
      description="The file is not written in UTF-8, and its encoding cannot be told for certain."
      value={chosen}
      onChange={onChoose}
    >
      <Stack gap="xs" mt="xs">
        {encodings.map(({ name, title, samples }) => (
          <Radio key={name} value={name} label={samples.join(', ')} description={title} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
