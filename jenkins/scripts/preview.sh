#!/bin/sh
# What a pull request does to a stack: preview.sh <stack>. It takes a copy of the state without its secrets, state/<stack>.json,
# reaches no backend, knows no passphrase, and writes preview-<stack>.md, preview-<stack>.json and manifests-<stack>/, for a scanner.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

if [ ! -f "state/$stack.json" ]; then
  echo "state/$stack.json: missing; a build of main leaves it when it delivers to $stack, and slipway-deliver/state hands it on: build slipway-deliver/deliver/main, then this again" >&2
  exit 1
fi
backend=$(mktemp -d)
trap 'rm -rf "$backend"' EXIT
export PULUMI_BACKEND_URL="file://$backend"
# It protects nothing: there is nothing secret in the copy.
export PULUMI_CONFIG_PASSPHRASE=preview
jenkins/scripts/copy-stack.sh "$stack"
npx slipway preview --stack "$stack" --without-secrets --manifests "manifests-$stack" --comment "preview-$stack.md" --json > "preview-$stack.json"
