import './checks-without-eval.ts';
import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api/api-problem.ts';
import { ME } from './api/session-queries.ts';
import { router } from './router.tsx';
import './styles/mantine.css';
import './styles/app.css';
import { cssVariables, theme } from './theme.ts';

const RETRIES_MAX = 2;

const client = new QueryClient({
  queryCache: new QueryCache({ onError: showSignIn }),
  mutationCache: new MutationCache({ onError: showSignIn }),
  defaultOptions: { queries: { retry: isWorthRetrying } },
});

/** A sign-in that ended shows the form in place; afterwards one is where one was. */
function showSignIn(error: Error): void {
  if (!(error instanceof ApiProblem) || error.status !== 401) return;
  if (client.getQueryData(ME) != null) client.setQueryData(ME, null);
}

/** A refusal stays one; only what broke on the way is asked again. */
function isWorthRetrying(failures: number, error: Error): boolean {
  const isRefused = error instanceof ApiProblem && error.status < 500;
  return !isRefused && failures < RETRIES_MAX;
}

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no #root.');
createRoot(container).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
