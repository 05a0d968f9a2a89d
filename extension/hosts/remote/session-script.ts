import { FACTS_BEGIN, FACTS_END } from './facts.ts';
import { shellQuote } from './shell-quote.ts';

/**
 * What runs on the host, under whatever login shell: it says what it sees of the agent ($2: the
 * command, $1: its socket), then obeys words on standard input until one of them turns the session
 * into the agent's stream. `read` of a shell takes a pipe byte by byte, so nothing that follows the
 * word is lost. One line and no quote or backslash inside: csh and fish read it too.
 */
const SCRIPT = [
  'LC_ALL=C; export LC_ALL',
  `echo ${FACTS_BEGIN}`,
  'echo user $(id -un)',
  'f=$1; d=$(dirname -- "$1"); w=$d',
  // The highest folder that may not be entered hides all that is below it.
  'while [ "$w" != / ] && [ "$w" != . ]; do if [ -d "$w" ] && [ ! -x "$w" ]; then h=$w; fi; w=$(dirname -- "$w"); done',
  'if [ -S "$1" ]; then if [ -r "$1" ] && [ -w "$1" ]; then s=usable; else s=forbidden; fi' +
    '; elif [ -e "$1" ]; then s=other; elif [ -n "$h" ]; then s=hidden; f=$h; else s=absent; fi',
  'echo socket $s',
  'if [ -e "$f" ]; then echo group $(stat -c %G -- "$f" 2>/dev/null); fi',
  'if command -v "$2" >/dev/null 2>&1; then echo command yes; else echo command no; fi',
  `echo ${FACTS_END}`,
  'while read -r w; do case $w in' +
    ' dial) exec "$2" dial-stdio --socket "$1";;' +
    ' sudo) if sudo -n -l "$2" dial-stdio --socket "$1" >/dev/null 2>&1' +
    '; then echo sudo yes; exec sudo -n "$2" dial-stdio --socket "$1"; else echo sudo no; fi;;' +
    ' check) if "$2" dial-stdio --socket "$1" </dev/null >/dev/null 2>&1; then echo answers yes; else echo answers no; fi;;' +
    ' *) exit 0;; esac; done',
].join('; ');

/** The command line for the host's login shell. Only the two constants of the user's settings go in, quoted. */
export function sessionCommand(socket: string, command: string): string {
  return `exec sh -c ${shellQuote(SCRIPT)} inquest-session ${shellQuote(socket)} ${shellQuote(command)}`;
}
