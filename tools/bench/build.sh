#!/usr/bin/env bash
# Builds each NAME.wasm of this folder from NAME.c, NAME.cc or NAME.rs beside it, with the compilers that made
# those that are committed: the result is the same, byte for byte.
#
#   python3 -m venv /tmp/zig && /tmp/zig/bin/pip install ziglang==0.17.1
#   apt-get install rustc libstd-rust-dev-wasm32 lld    Debian 12's, Rust 1.63
#   PYTHON=/tmp/zig/bin/python RUSTC=/usr/bin/rustc tools/bench/build.sh [--check]
#
# With --check nothing is written, and a program that would be another one is an error.
set -euo pipefail
cd "$(dirname "$0")"
out=.
if [ "${1-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -r "$out"' EXIT
fi
for source in *.c *.cc; do
  name=${source%.c*}
  compiler=cc
  if [ "$source" = "$name.cc" ]; then
    compiler="c++ -fno-exceptions -fno-rtti"
  fi
  # shellcheck disable=SC2086 # options
  "${PYTHON:-python3}" -m ziglang $compiler -target wasm32-freestanding -O2 -nostdlib -fno-builtin -s \
    -Wl,--no-entry -o "$out/$name.wasm" "$source"
done
for source in *.rs; do
  "${RUSTC:-rustc}" --edition 2021 --target wasm32-unknown-unknown -O -C lto -C panic=abort \
    -C strip=symbols -C codegen-units=1 -o "$out/${source%.rs}.wasm" "$source"
done
chmod 644 "$out"/*.wasm
if [ "$out" != . ]; then
  for program in *.wasm; do
    cmp "$out/$program" "$program"
  done
fi
