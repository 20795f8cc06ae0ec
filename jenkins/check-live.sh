#!/bin/sh
# Asks a live Jenkins what no test without one can answer: is the Jenkinsfile valid to its own Declarative validator, are the plugins there,
# would it take jenkins.yaml, are the lanes' agents known, whose may which folder's jobs take, which credentials can which folder's jobs have. Changes nothing.
# JENKINS_URL, JENKINS_USER, and JENKINS_TOKEN_FILE: a file with an API token of that user, who may view credentials and configure folders.
# SLIPWAY_REPOSITORY, GITHUB_TOKEN_FILE and REVIEW_APP_ID, the id of the App slipway-github-review: also asks GitHub which checks main requires.
set -eu
cd "$(dirname "$0")"
: "${JENKINS_URL:?set it to the address of Jenkins}" "${JENKINS_USER:?}" "${JENKINS_TOKEN_FILE:?a file with an API token}"

# Tokens go in through a file: everybody on the machine could see an argument.
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
for plugin in kubernetes workflow-aggregator configuration-as-code job-dsl github-branch-source github-checks lockable-resources copyartifact credentials-binding; do
  case $plugins in *"\"active\":true,\"shortName\":\"$plugin\""*) there=yes ;; *) there=no ;; esac
  check "plugin $plugin" "$there"
done

said=$(ask --request POST --header 'Content-Type: text/yaml' --data-binary @jenkins.yaml "$JENKINS_URL/configuration-as-code/check" || true)
case $said in "[]") taken=yes ;; *) taken=no; echo "$said" ;; esac
check "Configuration as Code takes jenkins.yaml" "$taken"

launchers="slipway-launcher-preview slipway-launcher-preview-prod slipway-launcher-deploy-dev slipway-launcher-deploy-prod"
delivers="slipway-github-deliver slipway-registry-read slipway-passphrase-dev slipway-passphrase-prod"
for lane in verify preview preview-prod deploy-dev deploy-prod; do
  known=$(ask "$JENKINS_URL/label/slipway-$lane/api/json?tree=clouds%5Bname%5D" || true)
  case $known in *'"clouds":[{'*) there=yes ;; *) there=no ;; esac
  check "a cloud has the label slipway-$lane" "$there"
done

# A job takes an agent with whatever label from a cloud that its folder may use. Their files are there for who may configure the folders.
clouds_of() {
  curl --fail --silent --config "$login" "$JENKINS_URL/job/$1/config.xml" | tr -d ' \n' |
    sed -n 's|.*<permittedClouds[^>]*>\(.*\)</permittedClouds>.*|\1|p' || true
}
if [ "$(clouds_of slipway-review)" = "<string>slipway-preview</string>" ]; then apart=yes; else apart=no; fi
check "slipway-review may use the cloud slipway-preview, and no other" "$apart"
case $(clouds_of slipway-deliver) in *"<string>slipway-preview</string>"*|"") apart=no ;; *) apart=yes ;; esac
check "slipway-deliver may not use the cloud slipway-preview, whose agents' labels branches choose" "$apart"

known=$(ask "$JENKINS_URL/job/slipway-deliver/job/state/api/json?tree=name" || true)
case $known in *'"name":"state"'*) there=yes ;; *) there=no ;; esac
check "the job slipway-deliver/state keeps what pull requests may take" "$there"

# The ids of what the jobs of a place can have: of Jenkins itself, or of a folder; from its own store, and from that of Secrets.
ids_in() {
  for store in "$2" kubernetes; do
    curl --fail --silent --config "$login" "$JENKINS_URL/$1/store/$store/domain/_/api/json?tree=credentials%5Bid%5D" || true
  done
}
names() { case $1 in *"\"id\":\"$2\""*) return 0 ;; *) return 1 ;; esac; }

jenkins=$(ids_in manage/credentials system)
for launcher in $launchers; do
  if names "$jenkins" "$launcher"; then there=yes; else there=no; fi
  check "Jenkins has $launcher" "$there"
  xml=$(curl --fail --silent --config "$login" "$JENKINS_URL/manage/credentials/store/system/domain/_/credential/$launcher/config.xml" || true)
  # One that comes from a Secret has no such file: then what the folders have decides.
  case $xml in *"<scope>SYSTEM</scope>"*|"") scoped=yes ;; *) scoped=no ;; esac
  check "$launcher has the scope System" "$scoped"
done
own=$(ask "$JENKINS_URL/manage/credentials/store/system/domain/_/api/json?tree=credentials%5Bid%5D" || echo unknown)
for id in slipway-github-review $delivers; do
  if names "$own" "$id" || [ "$own" = unknown ]; then apart=no; else apart=yes; fi
  check "$id is not in Jenkins' own store, from which every job could take it" "$apart"
done
review=$(ids_in job/slipway-review/credentials folder)
deliver=$(ids_in job/slipway-deliver/credentials folder)
if names "$review" slipway-github-review; then there=yes; else there=no; fi
check "slipway-review has slipway-github-review" "$there"
for id in $launchers $delivers; do
  if names "$review" "$id"; then apart=no; else apart=yes; fi
  check "slipway-review cannot have $id" "$apart"
done
for id in $delivers; do
  if names "$deliver" "$id"; then there=yes; else there=no; fi
  check "slipway-deliver has $id" "$there"
done
for id in $launchers slipway-github-review; do
  if names "$deliver" "$id"; then apart=no; else apart=yes; fi
  check "slipway-deliver cannot have $id" "$apart"
done

if [ -n "${GITHUB_TOKEN_FILE:-}" ]; then
  : "${SLIPWAY_REPOSITORY:?}" "${REVIEW_APP_ID:?the id of the App slipway-github-review}"
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$GITHUB_TOKEN_FILE")" > "$login"
  rules=$(ask "${GITHUB_API_URL:-https://api.github.com}/repos/$SLIPWAY_REPOSITORY/rules/branches/main" | tr -d ' \n')
  # One without an App counts from whoever writes it, this App among them.
  if printf %s "$rules" | tr '{' '\n' | grep '"context":' | grep --quiet --invert-match '"integration_id":[0-9]'; then pinned=no; else pinned=yes; fi
  check "each check that main requires is pinned to an App" "$pinned"
  if printf %s "$rules" | tr '{}' '\n\n' | grep --quiet "\"integration_id\":$REVIEW_APP_ID\(,\|\$\)"; then apart=no; else apart=yes; fi
  check "main requires no check of the App that branches can use" "$apart"
fi
exit $failed
