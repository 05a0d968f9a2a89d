#!/bin/sh
# Unpacks packages of another architecture, with nothing that they depend on: packages.sh SUITE MIRROR ARCHITECTURE OUT PACKAGE...
set -eu
suite=$1 mirror=$2 architecture=$3 out=$4
shift 4
. "$(dirname "$0")/private-apt.sh"
private_apt "$suite" "$mirror" "$architecture"
mkdir -p "$out"
(cd "$work" && apt-get download -q "$@")
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$out"; done
