#!/usr/bin/env bash
# Builds the archives of a release from the last commit of this repository.
#
#   scripts/release.sh [DIR]           into DIR (dist): archives, SHA256SUMS
#   scripts/release.sh --check [DIR]   and once more elsewhere with nothing cached; the two must be equal
#
# What is not committed is not in it: the source is a fresh clone, so a release
# can be made again by anybody from the commit that «doithoai version» names.
set -euo pipefail

check=
if [ "${1:-}" = --check ]; then
	check=yes
	shift
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dist=${1:-$root/dist}
targets="linux/amd64 linux/arm64 windows/amd64"

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# make_release DIR: the whole release into DIR, from a clone of its own.
make_release() {
	local out=$1 source
	source=$(mktemp -d "$work/source.XXXXXX")
	git clone --quiet --no-hardlinks "$root" "$source"
	mkdir -p "$out"
	(
		cd "$source"
		git checkout --quiet --detach "$commit"
		for target in $targets; do
			os=${target%/*} arch=${target#*/}
			binary=$source/.bin/$os-$arch
			CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOFLAGS=${GOFLAGS_RELEASE:-} GOTOOLCHAIN=local \
				go build -trimpath -buildvcs=true -ldflags "-s -w -X main.version=$version" -o "$binary" ./cmd/doithoai
			kind=tar.gz
			[ "$os" != windows ] || kind=zip
			go run ./internal/release/cmd pack -version "$version" -at "$at" -binary "$binary" \
				-name "$out/doithoai-$version-$os-$arch.$kind"
		done
	)
	(cd "$out" && sha256sum doithoai-"$version"-* >SHA256SUMS)
}

commit=$(git -C "$root" rev-parse HEAD)
at=$(git -C "$root" show --no-patch --format=%ct "$commit")
version=$(git -C "$root" describe --tags --match 'v[0-9]*' "$commit" 2>/dev/null || echo "v0.0.0-$(git -C "$root" show --no-patch --abbrev=12 --format=%h "$commit")")
if [ -n "$(git -C "$root" status --porcelain)" ]; then
	echo "release.sh: some changes here are not committed and so not in the release" >&2
fi

mkdir -p "$dist"
dist=$(cd "$dist" && pwd)
make_release "$dist"
if [ -n "$check" ]; then
	GOCACHE=$work/cache make_release "$work/again"
	diff "$dist/SHA256SUMS" "$work/again/SHA256SUMS" || {
		echo "release.sh: two builds of one commit differ" >&2
		exit 1
	}
	echo "release.sh: built twice, equal" >&2
fi
cat "$dist/SHA256SUMS"
