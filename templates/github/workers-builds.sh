#!/bin/sh
# For Workers Builds, whose machines have no Rust. In Settings > Build of the Worker:
#
#     Build command                          sh workers-builds.sh build
#     Deploy command                         sh workers-builds.sh deploy
#     Non-production branch deploy command   sh workers-builds.sh versions upload
#     Build variables                        NODE_VERSION=22
set -eu

if ! command -v cargo >/dev/null; then
    if [ ! -f "$HOME/.cargo/env" ]; then
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
            sh -s -- -y --profile minimal --target wasm32-unknown-unknown
    fi
    . "$HOME/.cargo/env"
fi

if [ "$1" = build ]; then
    rustup target add wasm32-unknown-unknown
    cargo test --locked
    # What wrangler.jsonc says under `build`, which Workers Builds leaves out.
    cargo install -q worker-build@0.8.7 --locked
    worker-build --release
else
    npx --yes wrangler@4.164.0 "$@"
fi
