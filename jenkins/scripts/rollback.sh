#!/bin/sh
# Goes back to an earlier image and pins it: rollback.sh <stack>, with SERVICE and TO from the environment. Leaves pin.patch: commit it,
# or the next delivery from the branch goes forward again.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

# A failed up keeps the pin, too.
trap 'git diff -- "Pulumi.$stack.yaml" > pin.patch' EXIT
. jenkins/scripts/hand-off.sh
set -- --stack "$stack" --yes
if [ -n "${SERVICE:-}" ]; then set -- "$@" --service "$SERVICE"; fi
if [ -n "${TO:-}" ]; then set -- "$@" --to "$TO"; fi
npx slipway rollback "$@"
