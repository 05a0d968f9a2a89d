#!/bin/sh
# Makes a bare Debian 12+/Ubuntu 24.04+ machine ready. `setup.sh build` installs what compiling needs and the npm
# packages of the lock file, `setup.sh bundle` also the compiler for the other architecture, `setup.sh kernels` what virtual
# machines need, `setup.sh cluster` what a cluster of one node needs, `setup.sh lab` what running real containers needs, `setup.sh editor` also a browser and the editor of the tests. Installs only what is missing, by package name; costs milliseconds when nothing is.
set -eu
cd "$(dirname "$0")/.."
# A distribution's npm finds its own modules only on the distribution's Node.js, never on the pinned one.
PATH=${PATH#"$PWD/node_modules/.bin:"}

has() { command -v "$1" >/dev/null 2>&1; }
# sbin is not in every user's PATH.
has_daemon() { has "$1" || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] || [ -x "/usr/local/sbin/$1" ]; }
has_header() { [ -e "/usr/include/$1" ] || ls /usr/include/*/"$1" >/dev/null 2>&1; }
has_docker() { has_daemon dockerd || { has docker && docker version >/dev/null 2>&1; }; }

build_packages() {
  has npm || echo nodejs npm
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  has clang || echo clang
  has llvm-strip || echo llvm
  has g++ || echo g++
  has pkg-config || echo pkg-config
  has_header bpf/libbpf.h || echo libbpf-dev
  has_header libelf.h || echo libelf-dev
  has_header zlib.h || echo zlib1g-dev
}

lab_packages() {
  has_docker || echo docker.io containerd runc
  has busybox || echo busybox-static
  # The other runtimes: Docker alone does not need containerd's ctr.
  has ctr || echo containerd
  has podman || echo podman
  has crun || echo crun
  has conmon || echo conmon
  has setpriv || echo util-linux
  # Podman's logs in the journal.
  { has journalctl && [ -x /usr/lib/systemd/systemd-journald ]; } || echo systemd
  has logger || echo bsdutils
  # Clients of Docker besides its own command line.
  has curl || echo curl
  has docker-compose || echo docker-compose
  # docker run --init: part of docker.io in Debian 12, of its own later.
  has docker-init || has tini-static || echo tini
  # What dies in containers: the machine’s own Python.
  [ -x /usr/bin/python3 ] || echo python3-minimal
  has script || echo bsdutils
  has ps || echo procps
  has mount || echo mount
  has ssh || echo openssh-client
  has_daemon sshd || echo openssh-server
}

bundle_packages() {
  case $(uname -m) in
    aarch64) has x86_64-linux-gnu-g++ || echo g++-x86-64-linux-gnu ;;
    *) has aarch64-linux-gnu-g++ || echo g++-aarch64-linux-gnu ;;
  esac
}

kernels_packages() {
  has qemu-system-x86_64 || echo qemu-system-x86
  has busybox || echo busybox-static
  # Another architecture: its machine, and programs of it while its disk is made.
  [ "${A-}" != arm64 ] || has qemu-system-aarch64 || echo qemu-system-arm
  [ "${A-}" != arm64 ] || has qemu-aarch64-static || has qemu-aarch64 || echo qemu-user-static
  has_daemon debootstrap || echo debootstrap
  has_daemon mkfs.ext4 || echo e2fsprogs
  has xz || echo xz-utils
  has setpriv || echo util-linux
}

cluster_packages() {
  kernels_packages
  has etcd || echo etcd-server
  has ip || has_daemon ip || echo iproute2
  has openssl || echo openssl
  [ -x /usr/lib/cni/bridge ] || echo containernetworking-plugins
}

# install PACKAGE... : returns 1 with a message naming them when this user cannot.
install() {
  if ! has apt-get; then
    echo "setup: missing packages (Debian names): $*" >&2
    echo "setup: this machine has no apt-get; install their equivalents and run make again" >&2
    return 1
  fi
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif has sudo; then
    as_root=sudo
  else
    echo "setup: missing packages: $*" >&2
    echo "setup: neither root nor sudo here; as root run: apt-get install --no-install-recommends $*" >&2
    return 1
  fi
  echo "setup: installing $*" >&2
  log=$(mktemp)
  $as_root apt-get update >"$log" 2>&1 || echo 'setup: apt-get update failed, trying with the package lists that are there' >&2
  if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1; then
    cat "$log" >&2
    echo "setup: apt-get could not install: $*" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

packages=$(build_packages)
# Word splitting makes the list.
# shellcheck disable=SC2086
[ -z "$packages" ] || install $packages
if [ "${1-build}" = bundle ]; then
  packages=$(bundle_packages)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || install $packages
elif [ "${1-build}" = kernels ]; then
  packages=$(kernels_packages)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || install $packages
elif [ "${1-build}" = cluster ]; then
  packages=$(cluster_packages; lab_packages)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || install $packages
elif [ "${1-build}" != build ]; then
  packages=$(lab_packages)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || install $packages
  # Debian 13 parted the command-line client from the daemon.
  if has_daemon dockerd && ! has docker; then install docker-cli; fi
fi

# The copy of the lock file is written last, so a broken installation is made again.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  echo 'setup: installing npm packages from the lock file' >&2
  # The distribution's Node.js only runs npm; everything afterwards runs on the Node.js that the lock file pins.
  # Install scripts stay off: nothing here needs one.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  # npm 9 drops this link, because the package of the other architecture offers the same command.
  if [ ! -x node_modules/.bin/node ]; then
    for package in node_modules/node-linux-*/; do
      [ ! -f "${package}bin/node" ] || ln -sf "../../${package}bin/node" node_modules/.bin/node
    done
  fi
  if ! node_modules/.bin/node --version >/dev/null; then
    echo "setup: the pinned Node.js does not run on $(uname -m); it needs x86-64 or arm64 Linux with glibc" >&2
    exit 1
  fi
  cp package-lock.json node_modules/.installed-lock.json
fi

# Without them the tests in an editor are skipped and say so: Ubuntu has the browser as a snap only.
if [ "${1-build}" = editor ]; then
  { has chromium || install chromium; } && PATH="$PWD/node_modules/.bin:$PATH" node test/support/install-editor.ts ||
    echo 'setup: no editor here; what needs one is skipped' >&2
fi
