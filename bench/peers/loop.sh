#!/usr/bin/env bash
# The loop that guides show: launch with curl, ask for the status every five seconds, print the log at the end.
#   loop.sh URL TEMPLATE     (AAP_TOKEN in the environment)
set -euo pipefail
ask() { curl -fsS -H "Authorization: Bearer $AAP_TOKEN" -H "Content-Type: application/json" "$@"; }

url=$(ask -X POST "$1/api/v2/job_templates/$2/launch/" -d '{}' | jq -r .url)
status=pending
while [[ $status =~ ^(new|pending|waiting|running)$ ]]; do
  sleep "${INTERVAL:-5}"
  status=$(ask "$1$url" | jq -r .status)
done
ask "$1${url}stdout/?format=ansi"
[[ $status == successful ]]
