#!/usr/bin/env bash
# A deploy as teams write it before they have a tool: one call per wave, then one curl per tenant.
# CP_URL, CP_ADMIN_API_TOKEN, BUILDINFO_URL (with {slug}), TAG, SHA and BATCH come from the environment.
set -euo pipefail

call() { # the rest of the body
  curl -sS --fail -X POST "$CP_URL/cp/admin/tenants/redeploy-fleet" \
    -H "Authorization: Bearer $CP_ADMIN_API_TOKEN" -H 'Content-Type: application/json' \
    -d "{\"target_tag\": \"$TAG\", \"confirm\": true, \"soak_seconds\": 0, \"batch_size\": $BATCH, $1}"
}

verify() { # slug
  local answer
  for _ in 1 2 3 4 5; do
    answer=$(curl -sS --max-time 10 "${BUILDINFO_URL//\{slug\}/$1}")
    [[ "$answer" == *"$SHA"* ]] && return
    sleep 1
  done
  echo "tenant $1 answers $answer" >&2
  return 1
}

mapfile -t slugs < <(call '"dry_run": true' | grep -o '"slug":"[^"]*"' | cut -d'"' -f4)
for ((at = 0; at < ${#slugs[@]}; at += BATCH)); do
  wave=("${slugs[@]:at:BATCH}")
  printf -v only '"%s",' "${wave[@]}"
  call "\"dry_run\": false, \"only_slugs\": [${only%,}]" >/dev/null
  for slug in "${wave[@]}"; do verify "$slug"; done
done
echo "${#slugs[@]}"
