/** A place in a source file, as the program wrote it. Raw: escape where shown. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** The language whose trace it stood in, where the syntax tells. */
  readonly runtime?: string;
}

type Finder = (lines: readonly string[], index: number) => Place | undefined;

const FILE_LIMIT = 300;
/** Longest stack trace that is followed. */
const TRACE_LINES = 120;
/** Node.js prints the source line with its place above the error. */
const HEADER_LINES = 12;

function place(file: string | undefined, line: string | undefined, runtime?: string): Place | undefined {
  const number = Number(line);
  if (file === undefined || file === '' || file.length > FILE_LIMIT || !Number.isSafeInteger(number)) return undefined;
  // `<string>`, `<frozen os>`, `[eval]`: code that is in no file.
  if (/^[<[]/.test(file)) return undefined;
  return { file, line: number, ...(runtime === undefined ? {} : { runtime }) };
}

/** Code that the program brought along or that came with the language: nobody looks there first. */
const FOREIGN =
  /site-packages|dist-packages|\/lib\/python\d|\/lib64\/python\d|node_modules|^node:|^internal\/|\/usr\/(?:local\/go|lib\/go(?:-[\d.]{1,8})?)\/src\/|^runtime\/|\/go\/pkg\/mod\/|\/rustc\/|\/\.cargo\/registry\/|\/gems\/|\/usr\/lib\/ruby\//;

/** The first of the program's own, else the first of all. */
function nearest(found: readonly Place[]): Place | undefined {
  return found.find(({ file }) => !FOREIGN.test(file)) ?? found[0];
}

/** Python prints the innermost frame last, just above the exception. */
const python: Finder = (lines, index) => {
  const found: Place[] = [];
  for (let at = index - 1; at >= 0 && index - at <= TRACE_LINES; at -= 1) {
    const line = lines[at] ?? '';
    const frame = /^ {2}File "([^"]{1,300})", line (\d{1,7})/.exec(line);
    const known = place(frame?.[1], frame?.[2], 'Python');
    if (known !== undefined) found.push(known);
    else if (!line.startsWith('  ')) break;
  }
  return nearest(found);
};

/** The frames below a line, innermost first, while lines look like a trace. */
function below(frame: RegExp, goesOn: RegExp, runtime: string, name = (file: string): string => file): Finder {
  return (lines, index) => {
    const found: Place[] = [];
    for (let at = index + 1; at < lines.length && at - index <= TRACE_LINES; at += 1) {
      const line = lines[at] ?? '';
      const match = frame.exec(line);
      const known = match === null ? undefined : place(name(match[1] ?? ''), match[2], runtime);
      if (known !== undefined) found.push(known);
      else if (!goesOn.test(line)) break;
    }
    return nearest(found);
  };
}

const NODE_FRAME = /^ {4}at (?:.{1,300} \()?(?:file:\/\/)?([^():\s][^():]{0,300}):(\d{1,7}):\d{1,7}\)?/;
const nodeFrames = below(NODE_FRAME, /^ {4}at |^Require stack:|^- |^\s*$/, 'Node.js');

const node: Finder = (lines, index) => {
  const frame = nodeFrames(lines, index);
  if (frame !== undefined && !FOREIGN.test(frame.file)) return frame;
  for (let at = index - 1; at >= 0 && index - at <= HEADER_LINES; at -= 1) {
    const header = /^(?:file:\/\/)?(\/[^:]{1,300}):(\d{1,7})$/.exec(lines[at] ?? '');
    const known = place(header?.[1], header?.[2], 'Node.js');
    if (known !== undefined) return known;
  }
  return frame;
};

/** `main.main()`, then a tab and the place. */
const go = below(
  /^\t(\/?[^:\s][^:]{0,300}\.go):(\d{1,7})/,
  /^\s*$|^goroutine \d|^\[signal |^[\w./*()[\]{}-]{1,300}\(|^created by |^runtime stack:|^\t/,
  'Go',
);

/** `at com.shop.Main.main(Main.java:21)`: the folder comes from the package. */
const JAVA_FRAME =
  /^\tat (?:[\w.@/-]{1,100}\/)?((?:\w{1,80}\.){0,20}[\w$]{1,120})\.[\w$<>]{1,120}\(([\w$]{1,120}\.(?:java|kt|scala|groovy)):(\d{1,7})\)/;
const JDK = /^(?:java|javax|jdk|sun|com\.sun|kotlin|scala|org\.springframework|org\.apache|org\.hibernate|io\.netty)\./;

const java: Finder = (lines, index) => {
  const found: (Place & { readonly isForeign: boolean })[] = [];
  for (let at = index + 1; at < lines.length && at - index <= TRACE_LINES; at += 1) {
    const line = lines[at] ?? '';
    if (!line.startsWith('\t')) break;
    const match = JAVA_FRAME.exec(line);
    if (match === null) continue;
    const [, type = '', source = '', number] = match;
    const folder = type.split('.').slice(0, -1).join('/');
    const known = place(folder === '' ? source : `${folder}/${source}`, number, 'The JVM');
    if (known !== undefined) found.push({ ...known, isForeign: JDK.test(type) });
  }
  const own = found.find(({ isForeign }) => !isForeign) ?? found[0];
  return own === undefined ? undefined : place(own.file, String(own.line), 'The JVM');
};

const dotnet = below(/^ {3}at .{1,400} in ([^:]{1,300}|[A-Z]:[^:]{1,300}):line (\d{1,7})/, /^ {3}(?:at |---)/, '.NET');

/** A place on the line itself, in the ways in which programs write one. */
const ON_LINE: readonly (readonly [pattern: RegExp, runtime?: string])[] = [
  [/ panicked at ([^':\s][^':]{0,300}):(\d{1,7}):\d{1,5}:$/, 'Rust'],
  [/ panicked at '.{0,400}', ([^':\s]{1,300}):(\d{1,7}):\d{1,5}$/, 'Rust'],
  [/^([^\s:]{1,300}):(\d{1,7}):in [`']/, 'Ruby'],
  [/ in (\/[^\s:]{1,300}) on line (\d{1,7})$/, 'PHP'],
  [/ in (\/[^\s:]{1,300}):(\d{1,7})$/],
  [/ at (\S{1,300}) line (\d{1,7})(?:, <[^>]{1,60}> (?:line|chunk) \d{1,9})?\.$/, 'Perl'],
  [/Sanitizer: [\w-]{1,60} ([^\s:]{1,300}):(\d{1,7})/],
  [/^(?:[^\s:]{1,120}: )?([^\s:]{1,300}\.(?:c|cc|cpp|cxx|h|hpp|m|zig)):(\d{1,7}): .{0,300}Assertion /],
  [/Assertion failed: .{1,300}\(([^():]{1,200}): [^():]{1,200}: (\d{1,7})\)/],
  [/^(\/(?!(?:usr\/)?bin\/)[^\s:]{1,300}): (?:line )?(\d{1,7}): /],
];

const onLine: Finder = (lines, index) => {
  const line = lines[index] ?? '';
  for (const [pattern, runtime] of ON_LINE) {
    const match = pattern.exec(line);
    const known = place(match?.[1], match?.[2], runtime);
    if (known !== undefined) return known;
  }
  return undefined;
};

const FINDERS: readonly Finder[] = [onLine, python, node, go, java, dotnet];

/** The place in the source that the line, or the stack trace around it, names. */
export function placeAround(lines: readonly string[], index: number): Place | undefined {
  for (const find of FINDERS) {
    const found = find(lines, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
