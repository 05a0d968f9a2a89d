import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestLine } from '../../../../agent/collectors/kernel/request-line.ts';
import type { RequestLine } from '../../../../agent/collectors/kernel/request-line.ts';

const ASKED: readonly (readonly [line: string, asks: RequestLine | undefined])[] = [
  ['POST /v1.43/containers/web/stop HTTP/1.1', { action: 'stop', container: 'web' }],
  ['POST /containers/web/stop?t=5 HTTP/1.1', { action: 'stop', container: 'web', graceSeconds: 5 }],
  [
    'POST /containers/web/stop?signal=INT&t=-1 HTTP/1.1',
    { action: 'stop', container: 'web', graceSeconds: -1, signal: 2 },
  ],
  ['POST /containers/web/restart?t=0 HTTP/1.0', { action: 'restart', container: 'web', graceSeconds: 0 }],
  ['POST /v1.41/containers/4f00/kill?signal=SIGUSR1 HTTP/1.1', { action: 'kill', container: '4f00', signal: 10 }],
  ['POST /v1.41/containers/4f00/kill HTTP/1.1', { action: 'kill', container: '4f00' }],
  ['DELETE /v1.41/containers/web?force=1&v=1 HTTP/1.1', { action: 'remove', container: 'web' }],
  ['DELETE /v1.41/containers/web?force=true HTTP/1.1', { action: 'remove', container: 'web' }],
  ['DELETE /v1.41/containers/web?v=1&force=0 HTTP/1.1', undefined],
  ['DELETE /v1.41/containers/web HTTP/1.1', undefined],
  ['POST http://docker/v1.41/containers/web/stop HTTP/1.1', { action: 'stop', container: 'web' }],
  ['POST /containers/%2Fweb%2E1/stop HTTP/1.1', { action: 'stop', container: 'web.1' }],
  ['POST /containers/100%/stop HTTP/1.1', { action: 'stop', container: '100%' }],
  ['POST /v4.0.0/libpod/containers/db/stop?timeout=3 HTTP/1.1', { action: 'stop', container: 'db', graceSeconds: 3 }],
  ['POST /v4.0.0/libpod/pods/shop/stop HTTP/1.1', { action: 'stop', pod: 'shop' }],
  ['DELETE /v4.0.0/libpod/pods/shop?force=true HTTP/1.1', { action: 'remove', pod: 'shop' }],
  ['POST /containers/web/start HTTP/1.1', undefined],
  ['POST /containers/web/wait?condition=removed HTTP/1.1', undefined],
  ['POST /containers/create?name=stop HTTP/1.1', undefined],
  ['POST /containers/prune HTTP/1.1', undefined],
  ['GET /containers/web/stop HTTP/1.1', undefined],
  // Refused: it is no reason for a SIGKILL, which is what a kill without a signal asks for.
  ['POST /containers/web/kill?signal=SIGBOGUS HTTP/1.1', { action: 'unknown', container: 'web' }],
  ['POST /containers/web/stop?t=soon HTTP/1.1', { action: 'unknown', container: 'web' }],
  ['POST /containers/web/kill?signal= HTTP/1.1', { action: 'kill', container: 'web' }],
  // Without a carriage return, which runtimes take as well: the header is none of the line.
  ['POST /containers/web/kill HTTP/1.1\nX-Secret: hush', { action: 'kill', container: 'web' }],
  // Written in pieces, or longer than what is kept: no more is claimed than was seen.
  ['POST /containers/we', { action: 'unknown' }],
  ['POST /containers/web/st', { action: 'unknown', container: 'web' }],
  ['POST /containers/web/stop?t=1', { action: 'stop', container: 'web' }],
  ['POST /containers/web/stop?t=12 HTTP/1.', { action: 'stop', container: 'web' }],
  ['POST /containers/web/start?t=1', undefined],
  ['POST /', { action: 'unknown' }],
  ['', undefined],
];

for (const [line, asks] of ASKED) {
  test(`${line || 'nothing'} asks for ${asks === undefined ? 'no end' : asks.action}`, () => {
    assert.deepEqual(parseRequestLine(line), asks);
  });
}
