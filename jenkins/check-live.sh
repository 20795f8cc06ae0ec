#!/bin/sh
# Asks a live Jenkins what no test without one can answer: is the Jenkinsfile valid to its own Declarative validator, are the plugins there,
# would it take jenkins.yaml, are the lanes' agents known. Changes nothing.
# JENKINS_URL, JENKINS_USER, and JENKINS_TOKEN_FILE: a file with an API token of that user.
set -eu
cd "$(dirname "$0")"
: "${JENKINS_URL:?set it to the address of Jenkins}" "${JENKINS_USER:?}" "${JENKINS_TOKEN_FILE:?a file with an API token}"

# The token goes in through a file: everybody on the machine could see an argument.
login=$(mktemp)
trap 'rm -f "$login"' EXIT
printf 'user = "%s:%s"\n' "$JENKINS_USER" "$(cat "$JENKINS_TOKEN_FILE")" > "$login"
ask() { curl --fail --silent --show-error --config "$login" "$@"; }
failed=0
check() { if [ "$2" = yes ]; then echo "ok      $1"; else echo "failed  $1"; failed=1; fi; }

said=$(ask --form "jenkinsfile=<Jenkinsfile" "$JENKINS_URL/pipeline-model-converter/validate")
case $said in *"successfully validated"*) valid=yes ;; *) valid=no; echo "$said" ;; esac
check "the Jenkinsfile is valid" "$valid"

plugins=$(ask "$JENKINS_URL/pluginManager/api/json?depth=1&tree=plugins%5BshortName,active%5D")
for plugin in kubernetes workflow-aggregator configuration-as-code job-dsl github-branch-source github-checks lockable-resources copyartifact; do
  case $plugins in *"\"active\":true,\"shortName\":\"$plugin\""*) there=yes ;; *) there=no ;; esac
  check "plugin $plugin" "$there"
done

said=$(ask --request POST --header 'Content-Type: text/yaml' --data-binary @jenkins.yaml "$JENKINS_URL/configuration-as-code/check" || true)
case $said in "[]") taken=yes ;; *) taken=no; echo "$said" ;; esac
check "Configuration as Code takes jenkins.yaml" "$taken"

for lane in preview deploy-dev deploy-prod; do
  known=$(ask "$JENKINS_URL/label/slipway-$lane/api/json?tree=clouds%5Bname%5D" || true)
  case $known in *'"clouds":[{'*) there=yes ;; *) there=no ;; esac
  check "a cloud has the label slipway-$lane" "$there"
done
exit $failed
