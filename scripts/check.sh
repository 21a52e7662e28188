#!/usr/bin/env bash
# Everything about the sources that a program can check without running the product: format, lint,
# types, architecture, lock file. Runs all of it and exits 1 if anything failed.
# `--no-tests` leaves out the architecture test, which `npm test` runs among the others.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
bin=node_modules/.bin
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

step() {
  local name=$1
  shift
  if "$@" >"$log" 2>&1; then
    printf 'check: %-16s ok\n' "$name"
  else
    failed=1
    printf 'check: %-16s FAILED\n' "$name"
    sed 's/^/  /' "$log"
  fi
}

lock_file_names_no_host() {
  ! grep -nE '"resolved"|https?://[^"]*\.tgz' package-lock.json
}

no_open_ends() {
  ! grep -rnE '\b(TO''DO|FIX''ME|XX''X)\b' --include='*.ts' --include='*.sh' --include='*.mjs' \
    --include='*.proto' --exclude-dir=node_modules \
    agent ctl resource-agents proto test scripts .ci packaging
}

scripts_parse() {
  local script
  for script in scripts/*.sh .ci/run; do bash -n "$script" || return 1; done
}

step "format and lint" "$bin/biome" check --error-on-warnings --max-diagnostics=50
step "types" "$bin/tsc" -p .
if [ "${1:-}" != --no-tests ]; then
  step "architecture" "$bin/mocha" --reporter dot test/architecture{/checks,}.test.ts
fi
step "lock file" lock_file_names_no_host
step "open ends" no_open_ends
step "shell scripts" scripts_parse
exit "$failed"
