import type { SignedInPerson } from '@muster/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiProblem } from './api-problem.ts';
import { getMe, getOrganization, signIn, signOut } from './session.ts';

export const ME = ['me'];

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery<SignedInPerson | null>({ queryKey: ME, queryFn: () => getMe().catch(nobody), staleTime: Infinity });
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({ mutationFn: signIn, onSuccess: (person) => client.setQueryData(ME, person) });
}

/** Whatever was read belongs to who signed in and goes with them. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      client.clear();
      client.setQueryData(ME, null);
    },
  });
}

/** Of the organization; undefined (the browser's own zone) until it is known. */
export function useTimeZone(): string | undefined {
  const { data } = useQuery({ queryKey: ['organization'], queryFn: getOrganization, staleTime: Infinity });
  return data?.timezone;
}

function nobody(error: unknown): null {
  if (error instanceof ApiProblem && error.status === 401) return null;
  throw error;
}
