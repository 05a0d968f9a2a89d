import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { InquestError, errorCode, messageOf } from '../../domain/errors.ts';
import { createJsonLines } from '../shared/json-lines.ts';
import type { ClusterAccess } from './access.ts';
import { StatusSchema } from './schemas.ts';

/** An answer other than success, as the API server gave it. */
export class ApiError extends InquestError {
  readonly status: number;

  constructor(status: number, message: string, next?: string) {
    super('runtime-failed', message, next === undefined ? {} : { next });
    this.name = 'ApiError';
    this.status = status;
  }
}

export const GONE = 410;
export const FORBIDDEN = 403;
const UNAUTHORIZED = 401;
const ANSWER_MAX = 33_554_432;
const ERROR_MAX = 65_536;
const ANSWER_MS = 20_000;
const KEEP_ALIVE_MS = 30_000;

/** Two kinds of request are all that is needed of the API: an answer, and a stream of JSON, one document a line. */
export class KubernetesApi {
  readonly #access: ClusterAccess;
  readonly #signal: AbortSignal;

  constructor(access: ClusterAccess, signal: AbortSignal) {
    this.#access = access;
    this.#signal = signal;
  }

  async get(path: string): Promise<unknown> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS)]);
    const response = await this.#open(path, signal);
    try {
      return JSON.parse(await bodyOf(response, ANSWER_MAX));
    } catch (error) {
      throw failureOf(error, this.#access);
    }
  }

  /** Resolves when the server ends the stream, which it does every few minutes. */
  async stream(path: string, timeoutMs: number, take: (value: unknown) => void, bad: () => void): Promise<void> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)]);
    const response = await this.#open(path, signal);
    const lines = createJsonLines(take, bad);
    try {
      for await (const chunk of response) if (Buffer.isBuffer(chunk)) lines(chunk);
    } catch (error) {
      throw failureOf(error, this.#access);
    }
  }

  async #open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { server, ca, clientCertificate, clientKey, token, serverName } = this.#access;
    const bearer = await token?.();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(new URL(path, server), {
        method: 'GET',
        headers: {
          Accept: 'application/json',
          'User-Agent': 'inquest',
          ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
        },
        // A connection of its own: what is broken is not used again.
        agent: false,
        ca,
        cert: clientCertificate,
        key: clientKey,
        servername: serverName,
        signal,
      });
      call.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
      call.on('response', resolve);
      call.on('error', reject);
      call.end();
    }).catch((error: unknown) => {
      throw failureOf(error, this.#access);
    });
    if (response.statusCode === 200) return response;
    throw await refusal(response, path);
  }
}

async function bodyOf(response: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > limit) {
      response.destroy();
      throw new InquestError('runtime-failed', 'The answer of the API server is too large.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What the server says of a refusal is not shown: it quotes what was asked, and may be anybody's. */
async function refusal(response: IncomingMessage, path: string): Promise<ApiError> {
  const status = response.statusCode ?? 0;
  const said = await bodyOf(response, ERROR_MAX).catch(() => '');
  const code = statusCode(said) ?? status;
  const what = path.split('?', 1)[0] ?? '';
  if (code === UNAUTHORIZED) {
    return new ApiError(
      code,
      'The API server does not accept the agent’s credentials.',
      'Check its token or certificate.',
    );
  }
  if (code === FORBIDDEN) {
    const resource = what.split('/').at(-1) ?? '';
    return new ApiError(
      code,
      `The agent may not read ${resource} of the cluster.`,
      `Let its account get, list and watch ${resource}.`,
    );
  }
  return new ApiError(code, `The API server answered ${what} with status ${String(code)}.`);
}

function statusCode(text: string): number | undefined {
  try {
    return StatusSchema.parse(JSON.parse(text)).code;
  } catch {
    return undefined;
  }
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function failureOf(error: unknown, { server }: ClusterAccess): InquestError {
  if (error instanceof InquestError) return error;
  const code = errorCode(error);
  if (code !== undefined && UNTRUSTED.has(code)) {
    return new InquestError('runtime-failed', `The certificate of the API server ${server} is not trusted (${code}).`, {
      next: 'Check the certificate authority that the agent was given.',
      cause: error,
    });
  }
  return new InquestError('runtime-failed', `The API server ${server} cannot be reached: ${messageOf(error)}`, {
    cause: error,
  });
}
