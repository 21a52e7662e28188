#!/usr/bin/env bash
# Puts in place what `npm test`, `npm run drill` and `npm run sim` need: system packages, npm
# packages, the built programs. Does only what is missing, so calling it again costs nothing.
# `export`: also pcs, corosync and Pacemaker, which tests of exports and imports run. `package`:
# only what making packages needs; `test` has that too. `vagrant`: what hosts of the Vagrantfile
# need under emulation, with a box made from Debian's packages.
# Usage: scripts/setup.sh [test|drill|sim|export|package|vagrant]
# exit 1: something failed, 3: not root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
purpose=${1:-test}
node_least=20.19

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

case $purpose in
  test | drill | sim | export | package | vagrant) ;;
  *) fail "unknown purpose \"$purpose\": expected test, drill, sim, export, package or vagrant" ;;
esac
# The simulator needs Node.js alone, packages only tools that may be there; the others make network
# namespaces.
case $purpose in
  sim | package) ;;
  *)
    if [ "$(id -u)" -ne 0 ]; then
      say "must be run as root: it installs packages and makes network namespaces" >&2
      exit 3
    fi
    ;;
esac

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
wrote_policy=no
cleanup() {
  rm -f "$log"
  if [ "$wrote_policy" = yes ]; then rm -f "$policy"; fi
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command silently; on failure shows the end of what it said, and ends.
quietly() {
  local what=$1
  shift
  say "$what"
  if ! "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "failed: $what"
  fi
}

# Two calls in one checkout take turns.
exec 9<.
flock 9 2>/dev/null || true

check_node() {
  local found=none
  if command -v node >/dev/null; then found=$(node --version); fi
  local version=${found#v}
  local major=${version%%.*} minor=${version#*.}
  minor=${minor%%.*}
  if [ "$found" = none ] || [ "$major" -lt "${node_least%.*}" ] ||
    { [ "$major" -eq "${node_least%.*}" ] && [ "$minor" -lt "${node_least#*.}" ]; }; then
    fail "Node.js $node_least or newer is needed, found $found (RHEL: dnf module install nodejs:22)"
  fi
  command -v npm >/dev/null || fail "npm is needed, found none: it comes with Node.js"
}

# Lines of: command to look for, Debian package, RHEL package. `-`: not needed there.
packages_wanted() {
  cat <<'TABLE'
rpmbuild rpm rpm-build
dpkg-deb dpkg dpkg
TABLE
  if [ "$purpose" = package ]; then return; fi
  if [ "$purpose" = vagrant ]; then
    cat <<'TABLE'
vagrant vagrant -
virsh libvirt-clients -
libvirtd libvirt-daemon-system -
dnsmasq dnsmasq-base -
qemu-system-x86_64 qemu-system-x86 -
qemu-img qemu-utils -
mmdebstrap mmdebstrap -
mke2fs e2fsprogs -
ssh openssh-client -
ip iproute2 -
tcpdump tcpdump -
TABLE
    return
  fi
  cat <<'TABLE'
ip iproute2 iproute
arping iputils-arping iputils
ndptool libndp-tools libndp
ping iputils-ping iputils
nft nftables nftables
apache2 apache2 -
httpd - httpd
nginx nginx-light nginx
haproxy haproxy haproxy
ps procps procps-ng
openssl openssl openssl
nsenter util-linux util-linux
mount mount util-linux
tcpdump tcpdump tcpdump
ocf-tester resource-agents -
modprobe kmod kmod
xmllint libxml2-utils libxml2
crm_simulate pacemaker-cli-utils -
rpmlint rpmlint rpmlint
lintian lintian -
mandoc mandoc mandoc
groff groff -
zsh zsh zsh
fish fish fish
vagrant vagrant -
TABLE
  if [ "$purpose" = export ]; then
    cat <<'TABLE'
pcs pcs -
corosync corosync -
pacemakerd pacemaker -
TABLE
  fi
}

# The packages of one column whose command is not there.
packages_missing() {
  local column=$1 command debian rhel package
  while read -r command debian rhel; do
    package=$debian
    if [ "$column" = rhel ]; then package=$rhel; fi
    if [ "$package" != - ] && ! command -v "$command" >/dev/null; then echo "$package"; fi
  done < <(packages_wanted) | sort -u
  # Debian has two packages with a command of this name; the agents call the one of iputils.
  if [ "$column" = debian ] && command -v arping >/dev/null &&
    ! arping -V 2>&1 | grep -q iputils; then echo iputils-arping; fi
  # A plug-in without a command of its own.
  if [ "$purpose" = vagrant ] && ! dpkg -s vagrant-libvirt >/dev/null 2>&1; then
    echo vagrant-libvirt
  fi
}

# The cluster alone starts a server: a distribution that starts or enables it on installation would
# take port 80 and bring the server up on both hosts.
install_debian() {
  local server added=()
  for server in apache2 nginx haproxy corosync; do
    command -v "$server" >/dev/null || added+=("$server.service")
  done
  command -v pacemakerd >/dev/null || added+=(pacemaker.service)
  if [ ! -e "$policy" ]; then
    wrote_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
  say "apt-get update"
  # An update that fails may leave what is needed in the lists that are there.
  "${apt[@]}" update >"$log" 2>&1 || say "apt-get update failed; going on with the lists as they are"
  quietly "installing $*" "${apt[@]}" install --no-install-recommends "$@"
  if [ "${#added[@]}" -gt 0 ] && command -v systemctl >/dev/null; then
    systemctl disable "${added[@]}" >/dev/null 2>&1 || true
  fi
}

install_packages() {
  PATH=$PATH:/usr/sbin:/sbin
  local missing=() column=debian
  command -v apt-get >/dev/null || column=rhel
  mapfile -t missing < <(packages_missing "$column")
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  if [ "$(id -u)" -ne 0 ]; then fail "must be run as root to install ${missing[*]}"; fi
  if [ "$column" = debian ]; then
    install_debian "${missing[@]}"
  elif command -v dnf >/dev/null; then
    quietly "installing ${missing[*]}" dnf -q -y install "${missing[@]}"
  elif command -v yum >/dev/null; then
    quietly "installing ${missing[*]}" yum -q -y install "${missing[@]}"
  else
    fail "no apt-get, dnf or yum; please install by hand: ${missing[*]}"
  fi
}

install_npm_packages() {
  if [ ! -e node_modules/.package-lock.json ] ||
    [ package-lock.json -nt node_modules/.package-lock.json ]; then
    quietly "npm ci" npm ci --include=dev --no-audit --no-fund --loglevel=error
  fi
}

build_programs() {
  local sources=(agent ctl resource-agents proto packaging/attribute-tools package-lock.json)
  sources+=(scripts/build.mjs scripts/load-lazily.ts)
  local newer=missing
  if [ -e dist/lb-agent.cjs ]; then
    newer=$(find "${sources[@]}" \( -type d -o -type f ! -name '*.test.ts' \) \
      -newer dist/lb-agent.cjs -print -quit)
  fi
  if [ -z "$newer" ]; then return; fi
  quietly "building the programs" node --import=tsx scripts/build.mjs
}

check_node
if [ "$purpose" != sim ]; then install_packages; fi
install_npm_packages
if [ "$purpose" != sim ]; then build_programs; fi
