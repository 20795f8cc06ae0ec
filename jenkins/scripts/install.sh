#!/bin/sh
# Installs what the lock file names, and runs no script of any package: what a pull request adds is not trusted.
set -eu
cd "$(dirname "$0")/../.."

npm ci --ignore-scripts --no-audit --no-fund
