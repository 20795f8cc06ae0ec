#!/bin/sh
# Makes a stack from the copy of its state, with placeholders for the secrets of its settings: copy-stack.sh <stack>.
# For a backend and a checkout that are thrown away: it changes Pulumi.<stack>.yaml.
set -eu
cd "$(dirname "$0")/../.."
stack=$1

secrets=$(node --require ./preload.cjs jenkins/scripts/hidden-settings.ts "Pulumi.$stack.yaml")
pulumi stack init "$stack" --non-interactive
node --require ./preload.cjs jenkins/scripts/salted.ts "state/$stack.json" "Pulumi.$stack.yaml" |
  pulumi stack import --stack "$stack" --non-interactive
for key in $secrets; do
  echo hidden-in-a-copy-of-the-state | pulumi config set --stack "$stack" --secret "$key" --non-interactive
done
