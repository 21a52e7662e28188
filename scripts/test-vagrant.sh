#!/usr/bin/env bash
# Brings both hosts of the Vagrantfile up as emulated machines with their own kernels, from a box
# that is made here of Debian's packages, provisions them from the deb, and drills them. Of what is
# seen the order counts, not the milliseconds: the hosts are up to fifty times slower than this
# machine.
# Usage: scripts/test-vagrant.sh [--box FILE] [SCENARIO]...
#   --box FILE  the box; made there when it is missing, and kept. Without it it is made for this run
#               (a minute) and removed.
#   SCENARIO    of `npm run drill`; without one switchover, httpd-crash, host-crash, watchdog-reset
# Debian only, as root, needs 2 GB of memory and about 15 minutes. Exit 0: all as it has to be.
# libvirtd is started for the run where none answers. Afterwards all is gone but the empty chains
# that libvirtd makes in the packet filter.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
slowness=50
token_ms=30000

fail() { printf 'test-vagrant: %s\n' "$*" >&2; exit 2; }
say() { printf 'test-vagrant: %s %s\n' "$(date -u +%T)" "$*"; }

box=
scenarios=()
while [ $# -gt 0 ]; do
  case $1 in
    --box) box=${2:?--box needs a file}; shift ;;
    --help | -h) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) scenarios+=(--scenario "$1") ;;
  esac
  shift
done
if [ "${#scenarios[@]}" -eq 0 ]; then
  for name in switchover httpd-crash host-crash watchdog-reset; do
    scenarios+=(--scenario "$name")
  done
fi
[ "$(id -u)" -eq 0 ] || fail "must be run as root"
command -v apt-get >/dev/null || fail "needs Debian: its box is made of Debian's packages"

work=$(mktemp -d "${TMPDIR:-/tmp}/lb-test-vagrant.XXXXXX")
chmod 755 "$work" # The emulator, which runs as a user of its own, reads the kernel in there.
export VAGRANT_HOME=$work/home VAGRANT_DOTFILE_PATH=$work/hosts VAGRANT_DEFAULT_PROVIDER=libvirt
export LB_BOX=lb-test-debian LB_MEMORY=768
daemons=()
hosts_are_up=no

virsh() { command virsh --quiet --connect qemu:///system "$@"; }

cleanup() {
  trap '' INT TERM
  if [ "$hosts_are_up" = yes ]; then
    vagrant destroy --force >/dev/null 2>&1 || say "vagrant destroy failed"
    local volume
    virsh vol-list default 2>/dev/null | awk -v box="$LB_BOX" '$1 ~ "^" box { print $1 }' |
      while read -r volume; do virsh vol-delete "$volume" default >/dev/null || true; done
  fi
  local daemon
  for daemon in ${daemons[@]+"${daemons[@]}"}; do
    kill "$(cat "$work/$daemon.pid")" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bash scripts/setup.sh vagrant
bash scripts/package.sh deb
if [ -z "$box" ]; then box=$work/debian.box; fi
if [ ! -e "$box" ]; then
  say "making the box"
  bash packaging/vagrant/make-debian-box.sh "$box"
fi

if ! virsh version >/dev/null 2>&1; then
  # As udev has it on Debian. libvirt asks the emulator about it at every step, a minute each time,
  # where its own group may not open what root may.
  if [ -e /dev/kvm ]; then chgrp kvm /dev/kvm && chmod g+rw /dev/kvm; fi
  for daemon in virtlogd libvirtd; do
    "$daemon" --daemon --pid-file "$work/$daemon.pid"
    daemons+=("$daemon")
  done
  for _ in $(seq 100); do
    if virsh version >/dev/null 2>&1; then break; fi
    sleep 0.1
  done
fi
virsh version >/dev/null || fail "libvirtd does not answer"

mkdir -m 755 "$VAGRANT_HOME"
vagrant box add --no-tty --name "$LB_BOX" "$box" >/dev/null
say "vagrant up, with a box of $(($(stat -c %s "$box") / 1000000)) MB"
hosts_are_up=yes
vagrant up --no-tty --no-color ip1 ip2 >"$work/up.log" 2>&1 ||
  { tail -n 40 "$work/up.log" >&2; fail "vagrant up failed"; }
grep 'provision: ' "$work/up.log" || true
say "both hosts are up"
status=0
npm --silent run drill -- --hosts vagrant --slowness "$slowness" --token "$token_ms" \
  "${scenarios[@]}" || status=$?
say "the drill ended with status $status"
exit "$status"
