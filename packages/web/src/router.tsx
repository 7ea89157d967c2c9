import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { AccountScreen } from './screens/account/screen.tsx';
import { Frame } from './screens/frame.tsx';
import { NotFound } from './screens/not-found.tsx';
import { OperationScreen } from './screens/operation/screen.tsx';
import { OperationsScreen } from './screens/operations/screen.tsx';
import { ClaimScreen } from './screens/sign-in/claim-screen.tsx';
import { ForgottenScreen } from './screens/sign-in/forgotten-screen.tsx';

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // The router's own way of saying it.
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- a redirect is thrown, and is no Error
    throw redirect({ to: '/operations' });
  },
});

/** Whatever an address says wrongly is left out rather than refused. */
const text = z.string().optional().catch(undefined);

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  validateSearch: z.object({
    status: text,
    operation_type: text,
    search: text,
    page: z.int().min(1).optional().catch(undefined),
  }),
  component: OperationsScreen,
});

const operation = createRoute({
  getParentRoute: () => root,
  path: '/operations/$id',
  validateSearch: z.object({
    action: text,
    code: text,
    status: z.enum(['success', 'failed', 'skipped']).optional().catch(undefined),
    undo: z.literal(true).optional().catch(undefined),
  }),
  component: OperationScreen,
});

const account = createRoute({ getParentRoute: () => root, path: '/account', component: AccountScreen });
// Open to who is not signed in: see OPEN of the frame.
const claim = createRoute({ getParentRoute: () => root, path: '/claim', component: ClaimScreen });
const forgotten = createRoute({ getParentRoute: () => root, path: '/forgotten', component: ForgottenScreen });

export const router = createRouter({
  routeTree: root.addChildren([home, operations, operation, account, claim, forgotten]),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
