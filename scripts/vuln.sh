#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program imports and calls.
#
#   scripts/vuln.sh             the database of https://vuln.go.dev
#   GOVULNDB=… scripts/vuln.sh  a copy of it, for a machine without a way out:
#                               a folder as file:///srv/vulndb, or an address
#
# The tool is pinned like the linter: a newer one may need modules that a mirror
# does not have yet. What it finds depends on the database, not on its age.
set -euo pipefail

version=v1.8.0
tool=.bin/govulncheck-$version
database=${GOVULNDB:-https://vuln.go.dev}

if [ ! -x "$tool" ]; then
	mkdir -p .bin
	echo "vuln.sh: building govulncheck $version (once, about a minute)" >&2
	build=$(mktemp -d)
	trap 'rm -rf "$build"' EXIT
	if ! GOBIN="$build" go install "golang.org/x/vuln/cmd/govulncheck@$version"; then
		echo "vuln.sh: cannot build govulncheck $version: the Go module proxy (go env GOPROXY) does not give it out" >&2
		exit 1
	fi
	mv "$build/govulncheck" "$tool"
fi

status=0
"$tool" -db "$database" ./... || status=$?
case $status in
0 | 3) exit "$status" ;; # 3: something was found, and told
esac
cat >&2 <<-END
	vuln.sh: nothing was checked; most likely the database at $database cannot be read.
	Without a way out: fetch https://vuln.go.dev/vulndb.zip on another machine, unpack it into
	a folder that then holds index/db.json, bring that here, and run
	    GOVULNDB=file:///that/folder make vuln
END
exit "$status"
