# For scripts that deliver: how git signs in to the repository of a hand-off, with the key that Jenkins binds as a file, and to
# the server alone whose key SLIPWAY_HAND_OFF has. Does nothing where no stack is handed off.
if [ -s "${SLIPWAY_HAND_OFF_KEY:-}" ]; then
  hosts=$(mktemp)
  printf '%s\n' "${SLIPWAY_HAND_OFF:?host keys of the repository of the hand-off, as in known_hosts}" > "$hosts"
  export GIT_SSH_COMMAND="ssh -F none -i '$SLIPWAY_HAND_OFF_KEY' -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile='$hosts' -o GlobalKnownHostsFile=none"
fi
