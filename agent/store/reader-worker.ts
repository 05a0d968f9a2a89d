import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import { InquestError } from '../domain/errors.ts';
import { openReader } from './connection.ts';
import { Queries } from './queries.ts';
import type { Query, Reply, Request } from './reader-protocol.ts';
import { READY, isFailure } from './reader-protocol.ts';
import { isRecord, isText } from './shape.ts';
import { toStoreError } from './sqlite-errors.ts';

/** Entry of the reader thread: answers queries one by one on a read-only connection of its own. */
function serve(port: MessagePort, path: string): void {
  const database = openReader(path);
  const queries = new Queries(database, path);
  port.on('message', (request: Request) => {
    if (request === 'close') {
      database.close();
      port.close();
      return;
    }
    port.postMessage(replyTo(request.number, queries, request.query));
  });
  port.postMessage(READY);
}

function replyTo(number: number, queries: Queries, query: Query): Reply {
  try {
    return { number, result: answer(queries, query) };
  } catch (error) {
    const { reason, message, next } = toStoreError(error, 'be read');
    return { number, reason: isFailure(reason) ? reason : 'system', message, next };
  }
}

function answer(queries: Queries, query: Query): unknown {
  switch (query.method) {
    case 'list':
      return queries.list(query.params);
    case 'get':
      return queries.get(query.id);
    case 'find':
      return queries.find(query.query);
    case 'byContainer':
      return queries.byContainer(query.containerId);
    case 'gaps':
      return queries.gaps(query.since, query.until);
    case 'revisions':
      return queries.revisions(query.id);
    case 'stats':
      return queries.stats();
  }
}

const data: unknown = workerData;
if (parentPort === null || !isRecord(data) || !isText(data['path'])) {
  throw new InquestError('bad-usage', 'The reader is started by the store, on a thread.');
}
serve(parentPort, data['path']);
