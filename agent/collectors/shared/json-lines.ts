import { StringDecoder } from 'node:string_decoder';

/** An event with 64 labels of any sane size is far below this. */
const LINE_MAX = 1_048_576;

/** Cuts a stream of JSON documents, one a line, wherever its chunks end. A line above the limit is dropped. */
export function createJsonLines(onValue: (value: unknown) => void, onBadLine: () => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let skipping = false;
  const take = (line: string): void => {
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      onBadLine();
      return;
    }
    onValue(value);
  };
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (skipping) onBadLine();
      else take(line);
      skipping = false;
    }
    if (rest.length <= LINE_MAX) return;
    rest = '';
    skipping = true;
  };
}
