import { InquestError, messageOf } from '../domain/errors.ts';
import type { NativeBinding } from '../native/binding.ts';
import { loadBinding, mendingStep } from '../native/binding.ts';

/** The addon. @throws InquestError `addon-missing` with what mends it */
export function needBinding(): NativeBinding {
  try {
    return loadBinding();
  } catch (error) {
    throw new InquestError('addon-missing', messageOf(error), {
      next: `The agent’s own files are not complete: ${mendingStep()}`,
      cause: error,
    });
  }
}
