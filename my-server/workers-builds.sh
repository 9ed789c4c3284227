#!/bin/sh
# For Workers Builds, whose machines have no Rust. In Settings > Build of the Worker:
#
#     Build command                          sh workers-builds.sh check
#     Deploy command                         sh workers-builds.sh deploy
#     Non-production branch deploy command   sh workers-builds.sh deploy preview
#
# Branches go to a Worker of their own, with secrets and grants of its own: `[env.preview]` of mcp.toml, which
# `cargo toolgate setup --env preview` sets up. Without one, switch the builds of other branches off.
set -eu
cd "$(dirname "$0")"

if ! command -v cargo >/dev/null; then
    if [ ! -f "$HOME/.cargo/env" ]; then
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
            sh -s -- -y --profile minimal --default-toolchain 1.95.0 --target wasm32-unknown-unknown
    fi
    . "$HOME/.cargo/env"
fi
exec sh ci.sh "$@"
