import * as net from 'node:net';

/** Whether a server on this machine could listen there; 0, which means any, always is. */
export async function isFreePort(port: number): Promise<boolean> {
  const server = net.createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(true);
    });
  });
  if (isFree)
    await new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
  return isFree;
}
