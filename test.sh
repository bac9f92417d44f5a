#!/usr/bin/env bash
# Sets up what the tests need, builds, and runs every test that this machine can run.
# The last line is the total over all of them: "N passed, N failed, N skipped".
#
#   ./test.sh            everything
#   ./test.sh Core Cli   only tests/Core.Tests and tests/Cli.Tests
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '\n== %s\n' "$*"; }

have() { command -v "$1" >/dev/null 2>&1; }

# --- What the tests need beside the SDK: a redis-server, and packages of npm (a JSON suite, payloads, an SQS emulator). Tests whose
# --- need cannot be met are skipped, each with its reason.
say "Setting up"
if ! have redis-server && have apt-get; then
  sudo=""
  if [ "$(id -u)" != 0 ]; then sudo="sudo -n"; fi
  { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server redis-tools; } \
    >"${TMPDIR:-/tmp}/eventide-apt.log" 2>&1 || echo "redis-server could not be installed; its tests are skipped (see ${TMPDIR:-/tmp}/eventide-apt.log)"
fi
if have npm; then
  while IFS= read -r manifest; do
    folder=$(dirname "$manifest")
    [ -d "$folder/node_modules" ] && continue
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) || echo "npm ci failed in $folder; the tests that need it are skipped"
  done < <(git ls-files 'tests/**/package.json' 'tests/package.json' 'samples/**/package.json')
else
  echo "npm is missing; the tests that need its packages are skipped"
fi

# --- Build: Eventide.slnf is everything that needs no Orleans package. The Orleans projects follow where these packages restore.
say "Building"
dotnet build Eventide.slnf -c Release -v quiet -nologo -clp:ErrorsOnly

projects=()
for project in tests/*.Tests; do
  case "$project" in tests/Grains.Tests | tests/Silo.Tests) continue ;; esac
  projects+=("$project")
done
orleans=()
for project in tests/Grains.Tests tests/Silo.Tests; do
  if [ -d "$project" ]; then orleans+=("$project"); fi
done

orleans_note=""
if [ ${#orleans[@]} -gt 0 ]; then
  if dotnet restore Eventide.Orleans.sln -v quiet >"${TMPDIR:-/tmp}/eventide-orleans-restore.log" 2>&1; then
    dotnet build Eventide.Orleans.sln -c Release -v quiet -nologo -clp:ErrorsOnly
    projects+=("${orleans[@]}")
    orleans_note="The Orleans tests ran: the Orleans packages restore here."
  else
    orleans_note="The Orleans tests did NOT run: the Orleans packages do not restore here."
  fi
fi

# --- Run: each test project is a program of its own; its summary line is read.
passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  name=$(basename "$project")
  if [ $# -gt 0 ]; then
    wanted=no
    for only in "$@"; do [ "$name" = "$only.Tests" ] && wanted=yes; done
    [ "$wanted" = yes ] || continue
  fi

  say "$name"
  program=$(find "$project/bin/Release" -maxdepth 2 -name 'Eventide.*.Tests.dll' | head -n 1)
  log=$(mktemp)
  code=0
  timeout --kill-after=10 900 dotnet "$program" -noColor -noLogo >"$log" 2>&1 || code=$?
  grep -E -A 25 '\[FAIL\]' "$log" || true
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1 || true)
  if [ -z "$summary" ]; then
    tail -n 40 "$log"
    echo "$name ended without a summary (exit code $code)"
    failed=$((failed + 1))
  else
    echo "$summary"
    read -r total errors fails skips <<<"$(sed -E 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*/\1 \2 \3 \4/' <<<"$summary")"
    passed=$((passed + total - fails - skips))
    failed=$((failed + fails + errors))
    skipped=$((skipped + skips))
    if [ "$code" -ne 0 ] && [ $((fails + errors)) -eq 0 ]; then
      echo "$name ended with exit code $code though no test failed"
      failed=$((failed + 1))
    fi
  fi
  rm -f "$log"
done

if [ -n "$orleans_note" ]; then say "$orleans_note"; fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $((passed + failed)) -gt 0 ]
