import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // One page, one script: nothing is gained by loading its parts one after another.
  build: { outDir: '../../dist/web', emptyOutDir: true, chunkSizeWarningLimit: 800 },
  // `npx muster serve` beside `npx vite packages/web`; cookies and origin checks see one host.
  server: { proxy: { '/api': 'http://127.0.0.1:4000' } },
});
