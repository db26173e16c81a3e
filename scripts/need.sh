#!/usr/bin/env bash
# Makes sure that a tool the tests use is there.
#
#   scripts/need.sh chromium              the browser that drives the web chat
#   scripts/need.sh redis-server          the server that the store for several machines is tested with
#   scripts/need.sh promtool              what tries the alert rules; it comes with Prometheus
#   scripts/need.sh curl                  what the walk-through for operators asks the program with
#   scripts/need.sh golangci-lint FILE    the linter, built into FILE; the version is part of FILE's name
#
# Installs it where that is possible. Where it is not: with CI=true that is an
# error; on a developer's machine it is said, and the checks that need the tool are skipped.
set -euo pipefail

missing() {
	echo "need.sh: $1" >&2
	[ "${CI:-}" != true ] || exit 1
	echo "need.sh: going on without it; CI would stop here" >&2
	exit 0
}

apt_install() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	echo "need.sh: installing $* with apt-get" >&2
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } </dev/null >&2
}

# without_services keeps packages from starting the servers they bring: the tests
# start their own, or none.
without_services() {
	policy=/usr/sbin/policy-rc.d
	if [ "$(id -u)" = 0 ] && [ -d /usr/sbin ] && [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod +x "$policy"
	fi
}

case "${1:-}" in
chromium)
	for name in chromium chromium-browser google-chrome headless-shell; do
		command -v "$name" >/dev/null && exit 0
	done
	apt_install chromium || missing "no chromium: install it (Debian: apt-get install chromium) to run the browser tests"
	;;
curl)
	command -v curl >/dev/null || apt_install curl || missing "no curl: install it (Debian: apt-get install curl) to run the walk-through for operators"
	;;
redis-server)
	! command -v redis-server >/dev/null || exit 0
	without_services
	apt_install redis-server || missing "no redis-server: install it (Debian: apt-get install redis-server) to test the store in Redis"
	;;
promtool)
	! command -v promtool >/dev/null || exit 0
	without_services
	apt_install prometheus || missing "no promtool: install it (Debian: apt-get install prometheus) to try the alert rules"
	;;
golangci-lint)
	file=$2
	[ ! -x "$file" ] || exit 0
	version=${file##*golangci-lint-}
	mkdir -p "$(dirname "$file")"
	echo "need.sh: building golangci-lint $version (once, about two minutes)" >&2
	build=$(mktemp -d)
	trap 'rm -rf "$build"' EXIT
	GOBIN="$build" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version" ||
		missing "cannot build golangci-lint $version"
	mv "$build/golangci-lint" "$file"
	;;
*)
	echo "usage: scripts/need.sh chromium | redis-server | promtool | curl | golangci-lint FILE" >&2
	exit 2
	;;
esac
