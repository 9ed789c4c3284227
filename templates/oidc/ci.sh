#!/bin/sh
# What CI runs:
#
#     sh ci.sh check                   tests, and `cargo toolgate check`
#     sh ci.sh diff BASE               who gains and who loses, for the pull request: .toolgate/diff.md
#     sh ci.sh deploy [ENVIRONMENT]    `cargo toolgate deploy`
#
# Everything is pinned. cargo-toolgate comes from the commit of `toolgate` that Cargo.lock names, with the
# lock file of that commit, and brings wrangler, Node.js and worker-build in its own versions; those from npm
# are locked too, and none of their scripts run.
set -eu
cd "$(dirname "$0")"

lock=$(dirname "$(cargo locate-project --workspace --message-format plain)")/Cargo.lock
source=$(awk -F'"' '
    /^\[\[package\]\]/ { found = 0 }
    /^name = "toolgate"$/ { found = 1 }
    found && /^source = / { print $2; exit }
' "$lock")
case $source in
    git+*\#*) ;;
    *)
        echo "error: $lock pins no commit of toolgate" >&2
        echo "  = help: write \`toolgate = { git = \"URL\", rev = \"COMMIT\" }\` into Cargo.toml; a path is not there in" >&2
        echo "    CI, and a name at a registry may be somebody else's" >&2
        exit 1
        ;;
esac
repository=${source#git+}
repository=${repository%%[?#]*}
cargo install --quiet --locked --git "$repository" --rev "${source##*#}" --root .toolgate/ci cargo-toolgate
PATH=$PWD/.toolgate/ci/bin:$PATH

case ${1-} in
    check)
        cargo test --locked
        cargo toolgate check
        ;;
    diff)
        # 1 says that somebody gains, which is for a reviewer to judge.
        cargo toolgate diff "$2" --markdown > .toolgate/diff.md || [ $? -eq 1 ]
        cat .toolgate/diff.md
        ;;
    deploy)
        if [ -n "${2-}" ]; then
            # Workers Builds has wrangler use the name of the connected Worker, which is production's.
            unset WRANGLER_CI_OVERRIDE_NAME WRANGLER_CI_MATCH_TAG
            cargo toolgate deploy --env "$2"
        else
            cargo toolgate deploy
        fi
        ;;
    *)
        echo "usage: sh ci.sh check | diff BASE | deploy [ENVIRONMENT]" >&2
        exit 2
        ;;
esac
