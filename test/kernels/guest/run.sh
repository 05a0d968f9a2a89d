#!/bin/sh
# Runs in the virtual machine once it is up. Whatever happens, the machine ends.
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
echo "inquest-lab: begins after $(cut -d ' ' -f 1 /proc/uptime) s"
cd /lab || poweroff -f
mkdir -p /tmp
# What a program that dies leaves behind is nobody's.
ulimit -c 0
INQUEST_PROGRAMS=/lab/programs INQUEST_MACHINE=own INQUEST_PATIENCE=10
export INQUEST_PROGRAMS INQUEST_MACHINE INQUEST_PATIENCE
# Docker gives a containerd of its own 15 seconds, which emulation does not always keep.
containerd >/tmp/containerd.log 2>&1 &
tries=0
while [ ! -S /run/containerd/containerd.sock ] && [ "$tries" -lt 600 ]; do sleep 0.2; tries=$((tries + 1)); done
dist/node --disable-warning=ExperimentalWarning test/kernels/guest/main.ts
echo "inquest-lab: ended with $?"
sync
poweroff -f
