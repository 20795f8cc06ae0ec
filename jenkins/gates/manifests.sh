#!/bin/sh
# What the stack has in the cluster, by checkov: the objects that preview.sh has rendered. What it leaves out, and why, is in jenkins/checkov.yaml.
set -eu
exec npx slipway gate run manifests --image "$IMAGE" --output "$GATES/manifests.statement.json" --report "$GATES/results_sarif.sarif" -- \
  checkov --directory "manifests-$STACK" --config-file jenkins/checkov.yaml --output sarif --output-file-path "$GATES"
