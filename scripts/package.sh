#!/usr/bin/env bash
# Makes the packages of lb-cluster: packages/*.rpm for Enterprise Linux 8, 9 and 10, and
# packages/*.deb for Debian. From the same commit come the same bytes, on any host.
# Usage: scripts/package.sh [--output DIR] [rpm|deb]...; without a word both. Needs root only where
# a tool is missing: scripts/setup.sh package installs it. SOURCE_DATE_EPOCH is the time in all
# files; without it the time of the commit counts.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
umask 022
export LC_ALL=C TZ=UTC

fail() { printf 'package: %s\n' "$*" >&2; exit 1; }

output=packages
families=()
while [ $# -gt 0 ]; do
  case $1 in
    --output) output=${2:?--output needs a folder}; shift ;;
    rpm | deb) families+=("$1") ;;
    *) fail "$1: expected --output DIR, rpm or deb" ;;
  esac
  shift
done
if [ "${#families[@]}" -eq 0 ]; then families=(rpm deb); fi

bash scripts/setup.sh package
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) ||
    fail "no commit here to take the time from: set SOURCE_DATE_EPOCH"
fi
export SOURCE_DATE_EPOCH
version=$(node -p 'require("./package.json").version')
grep -qx "Version: *$version" packaging/rpm/lb-cluster.spec ||
  fail "packaging/rpm/lb-cluster.spec: another version than package.json, which has $version"
grep -q "^lb-cluster ($version-1)" packaging/deb/changelog ||
  fail "packaging/deb/changelog: another version than package.json, which has $version"

work=$(mktemp -d "${TMPDIR:-/tmp}/lb-package.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$output"
output=$(readlink -f "$output")
node --import=tsx packaging/generate/main.ts "$work/generated" \
  "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)"

stage() {
  node scripts/stage-package.mjs "$1" "$2" "$work/generated"
  find "$2" -depth -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

build_rpm() {
  local source=lb-cluster-$version log=$work/rpmbuild.log
  mkdir "$work/source"
  stage rpm "$work/source/$source"
  tar --directory "$work/source" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu \
    --create "$source" | gzip -9n >"$work/$source.tar.gz"
  rpmbuild -bb --define "_topdir $work/rpm" --define "_sourcedir $work" \
    packaging/rpm/lb-cluster.spec >"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "rpmbuild failed"; }
  cp "$work"/rpm/RPMS/noarch/*.rpm "$output/"
}

build_deb() {
  local tree=$work/deb name size
  stage deb "$tree"
  mkdir -m 755 "$tree/DEBIAN"
  for name in postinst prerm postrm; do install -m 755 "packaging/deb/$name" "$tree/DEBIAN/"; done
  install -m 644 packaging/deb/conffiles "$tree/DEBIAN/"
  size=$(find "$tree" -path "$tree/DEBIAN" -prune -o -type f -printf '%s\n' |
    awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
  sed "s/@VERSION@/$version/; s/@SIZE@/$size/" packaging/deb/control >"$tree/DEBIAN/control"
  (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z |
    xargs -0 md5sum >DEBIAN/md5sums)
  chmod 644 "$tree"/DEBIAN/{control,md5sums}
  dpkg-deb --root-owner-group -Zxz -z2 --build "$tree" "$output/" >/dev/null
}

building=()
for family in "${families[@]}"; do
  "build_$family" &
  building+=($!)
done
for child in "${building[@]}"; do wait "$child"; done
for file in "$output"/lb-cluster[-_]"$version"-*; do
  printf 'package: %s %s\n' "$(sha256sum "$file" | cut -d' ' -f1)" "${file##*/}"
done
