#!/bin/sh
# The engine tells a language host its options (runtime.options of Pulumi.yaml) in a call that this
# older host does not know; it takes them as flags.

project=Pulumi.yaml
[ -f "$project" ] || project=Pulumi.yml
[ -f "$project" ] || project=/dev/null

# Prints one option of the runtime, without its quotes, or nothing.
option() {
  awk -v key="$1" -v quote="'" '
    /^[ \t]*#/ { next }
    /^[^ \t]/ { inside = /^runtime:/ }
    inside && match($0, "(^|[ \t{,])" key ":[ \t]*") {
      flow = index($0, "{")
      value = substr($0, RSTART + RLENGTH)
      first = substr(value, 1, 1)
      if (first == "\"" || first == quote) {
        value = substr(value, 2)
        sub(first ".*", "", value)
      } else {
        sub(/[ \t]+#.*/, "", value)
        if (flow) sub(/[,}].*/, "", value)
        sub(/[ \t\r]+$/, "", value)
      }
      print value
      exit
    }' "$project"
}

for name in nodeargs typescript; do
  value=$(option "$name")
  [ -z "$value" ] || set -- "--$name=$value" "$@"
done

exec "$(dirname "$0")/pulumi-language-nodejs-v3.53.1" "$@"
