#!/bin/sh
# Runs in the virtual machine in place of the scenarios: a host as a person finds it, with Docker, SSH, and a user who
# may use sudo by password. The person's key lies beside it.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
modprobe virtio_net
tries=0
while ! ls /sys/class/net | grep -q '^e' && [ "$tries" -lt 300 ]; do sleep 0.2; tries=$((tries + 1)); done
link=$(ls /sys/class/net | grep '^e' | head -n 1)
ip link set "$link" up
# What user-mode networking of the emulator calls its guest.
ip address add 10.0.2.15/24 dev "$link"
useradd --create-home --shell /bin/bash --groups sudo dev
echo dev:tired | chpasswd
for home in /root /home/dev; do
  mkdir -p -m 700 "$home/.ssh"
  cp /lab/authorized_keys "$home/.ssh/authorized_keys"
done
chown -R dev: /home/dev/.ssh
mkdir -p /tmp/box/bin
cp /bin/busybox /tmp/box/bin/
# Masked in the image, where each lab starts its own.
rm -f /etc/systemd/system/docker.service /etc/systemd/system/docker.socket /etc/systemd/system/containerd.service
systemctl daemon-reload
systemctl start --no-block docker
echo "host: ready after $(cut -d ' ' -f 1 /proc/uptime) s"
