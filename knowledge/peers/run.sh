#!/usr/bin/env bash
# Measures the product and general search engines on the same questions.
#
#   knowledge/peers/run.sh [ENGINE…]
#
# Without names: all of them, and the tables in README.md are written anew.
#   PEER_SECONDS   how long to measure the speed of each (1)
#   PEER_LIMIT     an engine that needs more seconds than this is left out (120)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${PEER_SECONDS:-1} limit=${PEER_LIMIT:-120}
pin=()
! command -v taskset >/dev/null || pin=(taskset -c 0) # one core each
export NODE_OPTIONS=--max-old-space-size=3000

[ -d node_modules ] || npm install --no-audit --no-fund --ignore-scripts --no-package-lock >&2
mkdir -p bin out
go build -o bin/peers .
rm -rf out/own out/taught out/each
bin/peers export ../testdata/eval out

product="doithoai doithoai-at-once doithoai-untaught"
bleve="bleve bleve-fold bleve-bm25 bleve-fold-bm25 bleve-fold-fuzzy-bm25"
engines=${*:-$product $bleve $(node peers.mjs --list)}

# measure ENGINE VARIANT
measure() {
	local ours=(bin/peers product)
	local common=(-questions out/questions.jsonl -out "out/$2/$1.raw.jsonl" -seconds "$seconds")
	case $1/$2 in
	doithoai-untaught/own) ours+=(-untaught "${common[@]}") ;;
	doithoai-untaught/*) return 0 ;;
	doithoai-at-once/*) ours+=(-at-once "${common[@]}") ;;
	doithoai/*) ours+=("${common[@]}") ;;
	bleve*) ours=(bin/peers bleve -engine "$1" -kb "out/$2/kb.json" "${common[@]}") ;;
	*/each) return 0 ;; # slow, and node-nlp has it already in taught
	*) ours=(node peers.mjs --engine "$1" --kb "out/$2/kb.json" "${common[@]/#-/--}") ;;
	esac
	echo "$2: $1" >&2
	"${pin[@]}" timeout "$limit" "${ours[@]}" || case $? in
	124) echo "$1" >>out/left-out ;;
	*) echo "run.sh: $1 failed on $2" >&2 && return 1 ;;
	esac
}

# An engine that was too slow for one variant is not asked for the next, which is larger.
: >out/left-out
for variant in own taught each; do
	for engine in $engines; do
		grep -qx "$engine" out/left-out || measure "$engine" "$variant"
	done
	cp out/left-out "out/$variant/"
done

# tables prints what stands in README.md between its two marks.
tables() {
	local variant
	echo "$(date +%d/%m/%Y), commit $(git describe --always --dirty), a shared machine of $(nproc) cores, $(go env GOVERSION), Node $(node --version)."
	for variant in own taught each; do
		compgen -G "out/$variant/*.raw.jsonl" >/dev/null || continue
		printf '\n### %s\n\n' "$variant"
		bin/peers score -questions out/questions.jsonl "out/$variant"/*.raw.jsonl
		[ ! -s "out/$variant/left-out" ] || echo "Left out, for needing more than $limit s: $(paste -sd' ' "out/$variant/left-out")."
	done
	compgen -G "out/taught/*.raw.jsonl" >/dev/null || return 0
	printf '\n### taught, judge sets: top-1 by file and kind of question\n\n'
	bin/peers score -parts -questions out/questions.jsonl out/taught/*.raw.jsonl
}

tables | tee out/tables.md
if [ $# = 0 ]; then
	sed -i -e '/<!-- tables -->/,/<!-- end -->/{/<!-- tables -->/{p;r out/tables.md
};/<!-- end -->/p;d}' README.md
fi
