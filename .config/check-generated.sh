#!/bin/sh
# What is generated must be what the generator would write now.
set -eu
cd "$(dirname "$0")/.."
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
cp README.md "$fresh"
node agent/cli/reference-main.ts "$fresh" >/dev/null
node test/kernels/readme.ts "$fresh"
if ! cmp -s README.md "$fresh"; then
  echo 'what is generated in README.md is out of date; run make generate:' >&2
  diff README.md "$fresh" | head -40 >&2
  exit 1
fi
node .config/l10n.mjs --check
