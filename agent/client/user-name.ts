import { userInfo } from 'node:os';
import { errorCode } from '../domain/errors.ts';

/** The account this process runs as; `undefined` for a user id without one, as in many containers. */
export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch (error) {
    if (errorCode(error) === 'ERR_SYSTEM_ERROR') return undefined;
    throw error;
  }
}

/** As what ssh would log in where nothing says otherwise: the account, or the number of a user that has none. */
export function loginName(): string {
  return userName() ?? String(process.getuid?.() ?? '');
}
