#!/bin/sh
# Copies a stack's state for those who must know no secret of it: copy-state.sh <stack>. Writes state/<stack>.json, only reads the
# backend, and needs no passphrase.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

mkdir -p state
# A copy that could not be made must not stand in the place of an older one.
pulumi stack export --stack "$stack" --non-interactive |
  node --require ./preload.cjs jenkins/scripts/copied.ts state > "state/$stack.json.part"
mv "state/$stack.json.part" "state/$stack.json"
