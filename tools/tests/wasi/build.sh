#!/usr/bin/env bash
# Builds the programs of this folder from their sources, with the compilers that made those that are
# committed: the results are the same, byte for byte.
#
#   python3 -m venv /tmp/zig && /tmp/zig/bin/pip install ziglang==0.17.1
#   rustup target add wasm32-wasip1
#   PYTHON=/tmp/zig/bin/python tools/tests/wasi/build.sh [--check]
#
# With --check nothing is written, and a program that would be another one is an error.
set -euo pipefail
cd "$(dirname "$0")"
out=.
if [ "${1-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -r "$out"' EXIT
fi
"${PYTHON:-python3}" -m ziglang cc -target wasm32-wasi -Oz -s -o "$out/commands-c.wasm" commands-c.c
rustc +1.95.0 --edition 2024 --target wasm32-wasip1 -C opt-level=z -C lto -C panic=abort \
  -C strip=symbols -C codegen-units=1 -o "$out/commands-rs.wasm" commands-rs.rs
if [ "$out" != . ]; then
  for program in *.wasm; do
    cmp "$out/$program" "$program"
  done
fi
