#!/bin/sh
# Installs what the lock file names and what the agent image brings, and runs no script of any package: what a pull request adds is not trusted.
set -eu
cd "$(dirname "$0")/../.."

# The agent image has the plugins where nobody can write, and Pulumi keeps other things beside them.
if [ -d /opt/pulumi-home/plugins ] && [ -n "${PULUMI_HOME:-}" ] && [ ! -e "$PULUMI_HOME/plugins" ]; then
  mkdir -p "$PULUMI_HOME"
  ln -s /opt/pulumi-home/plugins "$PULUMI_HOME/plugins"
fi
# npx puts the launcher of node_modules first on PATH, which would download the engine that the image has.
if [ -x /opt/pulumi/pulumi ] && [ -n "${PULUMI_HOME:-}" ]; then
  version=$PULUMI_HOME/versions/$(/opt/pulumi/pulumi version | tr -d v)
  if [ ! -e "$version/bin" ]; then
    mkdir -p "$version"
    ln -s /opt/pulumi "$version/bin"
  fi
fi
npm ci --ignore-scripts --no-audit --no-fund
