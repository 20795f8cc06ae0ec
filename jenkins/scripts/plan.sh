#!/bin/sh
# What an up would do, for those who approve it: plan.sh <stack>. Writes preview-<stack>.md, preview-<stack>.json and plan-<stack>.json.
# It only reads the backend, knows no passphrase, and works on copies of the states without their secrets. For a checkout that is
# thrown away. SLIPWAY_REGISTRY_READ: a config.json of Docker with a login that may pull, for a registry that requires one.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
if [ -n "${SLIPWAY_REGISTRY_READ:-}" ]; then
  mkdir "$own/docker"
  cp "$SLIPWAY_REGISTRY_READ" "$own/docker/config.json"
  export DOCKER_CONFIG="$own/docker"
fi
stacks="$stack $(node --require ./preload.cjs jenkins/scripts/stacks-read.ts "Pulumi.$stack.yaml")"
for each in $stacks; do jenkins/scripts/copy-state.sh "$each"; done

mkdir "$own/backend"
export PULUMI_BACKEND_URL="file://$own/backend"
# It protects nothing: there is nothing secret in the copies.
export PULUMI_CONFIG_PASSPHRASE=preview
for each in $stacks; do jenkins/scripts/copy-stack.sh "$each"; done
npx slipway preview --stack "$stack" --without-secrets --save-plan "$own/plan.json" --comment "preview-$stack.md" --json > "preview-$stack.json"
node --require ./preload.cjs jenkins/scripts/copied.ts plan < "$own/plan.json" > "plan-$stack.json"
