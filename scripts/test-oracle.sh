#!/usr/bin/env bash
# Compares the scheduler with crm_simulate on random clusters: `npm run test:oracle -- --count N
# --seed N [--mix A|B] [--jobs 2] [--rounds N] [--shrink N] [--save FOLDER]
# [--output-format text|json]`. `--rounds`: carries the plan out and compares the next one too.
# Exit 0: they agree as often as they have to; 1: they do not; 2: the call is wrong.
set -euo pipefail
called_from=${INIT_CWD:-$PWD}
cd "$(dirname "$(readlink -f "$0")")/.."
PATH=$PATH:/usr/sbin:/sbin
purpose=sim
command -v crm_simulate >/dev/null || purpose=test
bash scripts/setup.sh "$purpose" >&2
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
tsx=$PWD/node_modules/tsx/dist/loader.mjs main=$PWD/test/scheduler/oracle/main.ts
cd "$called_from"
exec node --import="$tsx" "$main" "$@"
