#!/usr/bin/env bash
# Starts a redis-server of its own, without persistence, and drains a stream with the provider beside a bare loop.
# Arguments are the program's: --messages 400000 --batch 500 --rounds 5
set -euo pipefail
cd "$(dirname "$0")"
port=$((20000 + RANDOM % 10000))
redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no > /dev/null &
server=$!
trap 'kill "$server"' EXIT
until redis-cli -p "$port" ping > /dev/null 2>&1; do sleep 0.1; done
dotnet run -c Release -- --port "$port" "$@"
