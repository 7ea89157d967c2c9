/** A way to the database on which answers can get lost. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LossyProxy {
  /** As the url that was given, by way of here. */
  readonly url: string;
  /** How many answers got lost. */
  readonly lost: () => number;
  /** The next COMMIT of a transaction with such a statement is done by the database, and its answer never comes: the connection ends. */
  loseCommitAfter(statement: RegExp): void;
  close(): Promise<void>;
}

export async function aLossyProxy(url: string): Promise<LossyProxy> {
  const target = new URL(url);
  let wanted: RegExp | null = null;
  let lost = 0;
  const server = createServer((client) => {
    const database = connectTo(target);
    let [isMeant, losesNext] = [false, false];
    client.on('data', (bytes) => {
      if (isMeant && isCommit(bytes)) [isMeant, losesNext] = [false, true];
      if (wanted?.test(bytes.toString('latin1')) === true) [wanted, isMeant] = [null, true];
      database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (!losesNext) {
        client.write(bytes);
        return;
      }
      lost += 1;
      client.destroy();
      database.destroy();
    });
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxied = new URL(url);
  proxied.searchParams.delete('host');
  proxied.hostname = '127.0.0.1';
  proxied.port = String(portOf(server.address()));
  return {
    url: proxied.href,
    lost: () => lost,
    loseCommitAfter: (statement) => {
      wanted = statement;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A simple query that says nothing but commit. */
function isCommit(bytes: Buffer): boolean {
  return bytes[0] === 'Q'.charCodeAt(0) && bytes.subarray(5).toString().toLowerCase().startsWith('commit\0');
}

function connectTo(target: URL): Socket {
  const host = target.searchParams.get('host');
  const port = target.port === '' ? 5432 : Number(target.port);
  return host?.startsWith('/') === true ? connect(`${host}/.s.PGSQL.${String(port)}`) : connect(port, target.hostname);
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
