#!/usr/bin/env bash
# Compares exports of CIB files with what they came from: `npm run test:cib-export -- FOLDER [--all]
# [--no-pcs|--pcs-every=N] [CASE...]`. Each file is read, written as XML and as pcs script, and
# planned by crm_simulate in each form. Files with more than two nodes only with `--all`; the script,
# which takes minutes, for no file or for every Nth one with the other options.
# Exit 0: all the same; 1: something differs; 2: the call is wrong.
set -euo pipefail
called_from=${INIT_CWD:-$PWD}
cd "$(dirname "$(readlink -f "$0")")/.."
PATH=$PATH:/usr/sbin:/sbin
purpose=sim
for program in pcs crm_simulate cibadmin xmllint; do
  command -v "$program" >/dev/null || purpose=export
done
bash scripts/setup.sh "$purpose" >&2
unset NODE_EXTRA_CA_CERTS # Read anew by every Node.js start, which costs 25 ms each time.
tsx=$PWD/node_modules/tsx/dist/loader.mjs main=$PWD/test/cib-export/main.ts
cd "$called_from"
exec node --import="$tsx" "$main" "$@"
