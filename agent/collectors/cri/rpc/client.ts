import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { Client, Metadata, credentials, status as Status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { MethodDefinition, PackageDefinition } from '@grpc/proto-loader';
import type * as z from 'zod';
import { errorCode, InquestError } from '../../../domain/errors.ts';

/** A node with hundreds of pods answers with a megabyte; containerd's own limit is this. */
const MESSAGE_MAX = 16_777_216;

export interface RpcOptions {
  readonly socketPath: string;
  /** As a person calls it, for messages: `containerd`. */
  readonly title: string;
  /** Name of the setting that turns it off. */
  readonly setting: string;
  readonly timeoutMs: number;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Calls of one gRPC server on a local socket, each bounded in time; what comes back is parsed by a schema.
 * They reject with an InquestError. One client is one connection: make a new one to connect again.
 */
export class RpcClient {
  readonly #options: RpcOptions;
  readonly #client: Client;
  readonly #calls = new Set<{ cancel: () => void }>();
  readonly #methods = new Map<string, MethodDefinition<object, object>>();

  private constructor(options: RpcOptions, descriptors: readonly object[]) {
    this.#options = options;
    for (const descriptor of descriptors) {
      for (const method of methodsOf(fromJSON(descriptor, { longs: String, defaults: true }))) {
        this.#methods.set(method.path, method);
      }
    }
    this.#client = new Client(`unix:${options.socketPath}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MESSAGE_MAX,
      'grpc.enable_retries': 0,
      'grpc.enable_channelz': 0,
      // Every connection for itself: a daemon that restarts is not waited for by somebody else's backoff.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** @throws InquestError by the file's own error where there is no socket, or none for this user */
  static async open(options: RpcOptions, descriptors: readonly object[]): Promise<RpcClient> {
    try {
      await access(options.socketPath, constants.R_OK | constants.W_OK);
    } catch (error) {
      throw describeSocket(error, options);
    }
    return new RpcClient(options, descriptors);
  }

  /** Ends every call and stream. */
  close(): void {
    for (const call of this.#calls) call.cancel();
    this.#client.close();
  }

  /** @param path `/package.Service/Method` */
  call<T>(path: string, request: object, schema: z.ZodType<T>, options: CallOptions = {}): Promise<T> {
    const method = this.#method(path);
    const deadline = Date.now() + this.#options.timeoutMs;
    return new Promise<unknown>((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata(options.headers),
        { deadline },
        (error, answer) => {
          this.#calls.delete(call);
          if (error === null) resolve(answer);
          else reject(describeFailure(error, this.#options));
        },
      );
      this.#calls.add(call);
    }).then((answer) => this.#parse(path, answer, schema));
  }

  /**
   * Follows a stream until it ends or breaks; rejects with why, resolves when the server ends it. A message
   * that cannot be read goes to `bad`.
   */
  follow<T>(
    path: string,
    request: object,
    schema: z.ZodType<T>,
    take: (message: T) => void,
    bad: () => void,
  ): { readonly ended: Promise<void>; readonly cancel: () => void } {
    const method = this.#method(path);
    const stream = this.#client.makeServerStreamRequest(
      path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
    );
    this.#calls.add(stream);
    const ended = new Promise<void>((resolve, reject) => {
      stream.on('data', (message: unknown) => {
        const parsed = schema.safeParse(message);
        if (parsed.success) take(parsed.data);
        else bad();
      });
      stream.on('end', () => {
        this.#calls.delete(stream);
        resolve();
      });
      stream.on('error', (error: ServiceError) => {
        this.#calls.delete(stream);
        reject(describeFailure(error, this.#options));
      });
    });
    return {
      ended,
      cancel: () => {
        stream.cancel();
      },
    };
  }

  #parse<T>(path: string, answer: unknown, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new InquestError('runtime-failed', `${this.#options.title}’s answer to ${path} cannot be read.`, {
      cause: parsed.error,
    });
  }

  #method(path: string): MethodDefinition<object, object> {
    const method = this.#methods.get(path);
    if (method === undefined) throw new InquestError('bad-usage', `There is no method ${path}.`);
    return method;
  }
}

function methodsOf(definition: PackageDefinition): MethodDefinition<object, object>[] {
  return Object.values(definition).flatMap((entry) => {
    // Messages and enumerations have a format, services are records of methods.
    if ('format' in entry) return [];
    return Object.values(entry).filter((method): method is MethodDefinition<object, object> => 'path' in method);
  });
}

function metadata(headers: CallOptions['headers']): Metadata {
  const made = new Metadata();
  for (const [key, value] of Object.entries(headers ?? {})) made.set(key, value);
  return made;
}

function describeSocket(error: unknown, { socketPath, title, setting }: RpcOptions): InquestError {
  const code = errorCode(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return new InquestError('no-permission', `Access to the ${title} socket ${socketPath} is denied.`, {
      next: 'Run the agent as root.',
      cause: error,
    });
  }
  return new InquestError('runtime-absent', `There is no ${title} socket at ${socketPath}.`, {
    next: `Start ${title}, or set "${setting}" in the settings to its socket or to "off".`,
    cause: error,
  });
}

/** The server does not have the method: an older version, or the plugin is switched off. */
export class UnimplementedError extends InquestError {
  constructor(title: string, cause: unknown) {
    super('runtime-failed', `${title} does not offer that.`, { cause });
    this.name = 'UnimplementedError';
  }
}

function describeFailure(error: ServiceError, { socketPath, title }: RpcOptions): InquestError {
  switch (error.code) {
    case Status.UNAVAILABLE:
    case Status.CANCELLED:
      return new InquestError('runtime-absent', `Nothing answers on the ${title} socket ${socketPath}.`, {
        next: `Check that ${title} is running.`,
        cause: error,
      });
    case Status.NOT_FOUND:
      return new InquestError('not-found', `${title} does not know the container.`, { cause: error });
    case Status.DEADLINE_EXCEEDED:
      return new InquestError('timeout', `${title} did not answer in time.`, { cause: error });
    case Status.PERMISSION_DENIED:
      return new InquestError('no-permission', `${title} does not allow that.`, { cause: error });
    case Status.UNIMPLEMENTED:
      return new UnimplementedError(title, error);
    default:
      return new InquestError('runtime-failed', `${title} failed: ${error.details}`, { cause: error });
  }
}

/** `undefined` where the server does not know it (any more). */
export async function orGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof InquestError && error.reason === 'not-found') return undefined;
    throw error;
  }
}
