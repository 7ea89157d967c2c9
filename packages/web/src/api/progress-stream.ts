import { operationProgress, type OperationProgress } from '@muster/contract';
import { streamAddress } from './operations.ts';

/**
 * Server-sent progress of one operation. The browser reconnects by itself; whoever listens polls meanwhile.
 *
 * @returns closes the stream.
 */
export function listenToProgress(
  id: string,
  onProgress: (progress: OperationProgress) => void,
  onLost: () => void,
): () => void {
  const source = new EventSource(streamAddress(id));
  const receive = (event: MessageEvent<string>): void => {
    const progress = operationProgress.safeParse(parsed(event.data));
    if (progress.success) onProgress(progress.data);
  };
  source.addEventListener('progress', receive);
  // Otherwise the browser would take the end for a break and connect anew.
  source.addEventListener('end', () => source.close());
  source.addEventListener('refused', () => {
    source.close();
    onLost();
  });
  source.addEventListener('error', onLost);
  return () => source.close();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
