#!/usr/bin/env bash
# Writes analysis/rbac/stock/objects.txt and resources.txt anew. It needs the module proxy, and bin/canopy-lab, which make test builds.
# The objects take about six minutes on two cores the first time, and half a minute after that. Arguments go to the first: -date 2026-11-25.
set -euo pipefail
cd "$(dirname "$0")"
stock=$PWD/../../analysis/rbac/stock
go run . -out "$stock/objects.txt" "$@"
program=$(mktemp)
trap 'rm -f "$program"' EXIT
go build -o "$program" ./discovery
../../bin/canopy-lab up --components etcd,apiserver --no-test-objects --exec "$program" "$stock/resources.txt"
