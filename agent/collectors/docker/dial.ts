import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { InquestError } from '../../domain/errors.ts';

const STATUS_CODES = { 200: true, 404: 'no such container', 500: 'server error', 501: 'not implemented' };

/** `GET /version` without a version in its path. */
export function getVersion(docker: Docker, abortSignal: AbortSignal): Promise<unknown> {
  return dial(docker, '/version', {}, false, abortSignal);
}

/**
 * Opens a container's log as a stream. Not by `container.logs()`: without `follow` that collects the whole
 * answer first, of any size, and hands out parsed JSON where the log happens to be a JSON document.
 */
export async function openLog(
  docker: Docker,
  containerId: string,
  lines: number,
  abortSignal: AbortSignal,
): Promise<Readable> {
  const query = { stdout: true, stderr: true, timestamps: true, follow: false, tail: lines };
  return toReadable(await dial(docker, `/containers/${containerId}/logs?`, query, true, abortSignal));
}

function dial(
  docker: Docker,
  path: string,
  options: object,
  isStream: boolean,
  abortSignal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      { path, method: 'GET', options: { ...options }, isStream, statusCodes: STATUS_CODES, abortSignal },
      (error, answer) => {
        if (error !== null) reject(error);
        else resolve(answer);
      },
    );
  });
}

/** A response as what it is; the client library only promises some stream. */
export function toReadable(answer: unknown): Readable {
  if (answer instanceof Readable) return answer;
  throw new InquestError('runtime-failed', 'Docker did not answer with a stream.');
}
