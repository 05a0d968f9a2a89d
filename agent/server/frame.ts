import { frameHeader } from '../domain/framing.ts';

/** One message as it goes over the wire. */
export function encodeFrame(json: string): Buffer {
  return Buffer.from(`${frameHeader(Buffer.byteLength(json))}${json}`);
}
