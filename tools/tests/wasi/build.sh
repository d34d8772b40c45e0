#!/usr/bin/env bash
# Builds the programs of this folder from their sources, with the compilers that made those that are
# committed: the results are the same, byte for byte.
#
#   python3 -m venv /tmp/zig && /tmp/zig/bin/pip install ziglang==0.17.1
#   apt-get install rustc libstd-rust-dev-wasm32 lld    Debian 12's, Rust 1.63
#   PYTHON=/tmp/zig/bin/python RUSTC=/usr/bin/rustc tools/tests/wasi/build.sh [--check]
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
"${RUSTC:-rustc}" --edition 2021 --target wasm32-wasi -C opt-level=z -C lto -C panic=abort \
  -C strip=symbols -C codegen-units=1 -o "$out/commands-rs.wasm" commands-rs.rs
chmod 644 "$out"/*.wasm
if [ "$out" != . ]; then
  for program in *.wasm; do
    cmp "$out/$program" "$program"
  done
fi
