package main

// real lists the commands of the walk-through, and of its stand-ins, that run as
// they are.
func real() []string {
	return []string{
		"bash", "sh", "cat", "cp", "date", "find", "grep", "gzip", "kill", "ln", "ls", "mkdir", "mv", "rm", "sed", "sha256sum", "sleep",
		"tar", "tee", "touch",
		"curl", "install", // as curl.real and install.real, behind their stand-ins
	}
}

// standIn takes the place of a command that cannot run in a test.
type standIn struct {
	why    string
	script string // bash; $ROOT is the scratch machine
}

func standIns() map[string]standIn {
	return map[string]standIn{
		"sudo":        {"the scratch machine has one account", `exec "$@"`},
		"id":          {"that account is root", `echo 0`},
		"runuser":     {"accounts cannot be made", `[ "$1 $2 $3" = "-u doithoai --" ]; shift 3; ` + consent + examined + ` exec "$@"`},
		"useradd":     {"accounts cannot be made", `[ "${!#}" = doithoai ]`},
		"apt-get":     {"packages are not fetched", `case "$1" in update|install) ;; *) exit 1;; esac`},
		"timedatectl": {"the clock is the host's", `case "$1" in set-ntp) ;; show) echo NTPSynchronized=yes ;; *) exit 1;; esac`},
		"nano":        {"nobody types", `[ -w "$1" ]; [ -s "$1" ] || echo 123456:typed-by-hand > "$1"`},
		"journalctl":  {"the log is a file here", `cat "$ROOT/run/doithoai.log"`},
		"install":     {"accounts cannot be made, so files change no owner", install},
		"systemctl":   {"no systemd: what the units say is run by hand", systemctl},
		"curl":        {"downloads come from a folder, and there is no domain", curl},
	}
}

// consent is the one command that needs a person at a browser: `zalo login` is
// tested against a stand-in of Zalo elsewhere.
const consent = `case "$*" in *" zalo login") echo "stand-in: zalo login"; exit 0;; esac;`

// examined lets doctor find platforms unreachable and officers missing, once the
// page has set up what only people and platforms complete. Before that, a fault is
// a fault.
const examined = `case "$*" in *" doctor") if [ -s "$ROOT/etc/doithoai/secrets/zalo-oa-secret" ]; then "$@" || true; exit 0; fi ;; esac;`

const install = `
args=()
while [ $# -gt 0 ]; do
	case "$1" in
	-o | -g) shift 2 ;;
	*) args+=("$1"); shift ;;
	esac
done
exec install.real "${args[@]}"
`

// A machine that runs tests may be far busier than one that runs the program: what
// the page tries again, it tries longer here.
const curl = `
url=${!#} wait=()
case "$*" in *--retry*) wait=(--retry 120) ;; esac
case "$url" in
http://127.0.0.1:*) exec curl.real --noproxy '*' "$@" "${wait[@]}" ;;
https://phat-hanh.example.vn/*) cp "$ROOT/published/${url#https://phat-hanh.example.vn/}" . ;;
https://hoi.example.vn/) grep -q SITE=hoi.example.vn "$ROOT/etc/systemd/system/caddy.service.d/site.conf" ;;
*) echo "curl: nothing stands in for $url" >&2; exit 1 ;;
esac
`

// systemctl starts what ExecStart says in the background, with the settings of
// EnvironmentFile, and ends it with SIGTERM. A unit that was not installed fails.
const systemctl = `
units=$ROOT/etc/systemd/system pid=$ROOT/run/doithoai.pid
said() { sed -n "s/^$2=-\?//p" "$units/$1"; }
settings() {
	set -a
	. "$(said "$1" EnvironmentFile)"
	set +a
}
start() {
	case "$1" in
	doithoai)
		settings doithoai.service
		$(said doithoai.service ExecStart) >>"$ROOT/run/doithoai.log" 2>&1 </dev/null &
		echo $! >"$pid"
		;;
	doithoai-backup.service)
		settings "$1"
		mkdir -p "$ROOT/run"
		eval "$(said "$1" ExecStart | sed 's/%%/%/g; s/^.bin.sh/sh/')"
		eval "$(said "$1" ExecStartPost | sed 's/^.usr.bin.find/find/; s/doithoai-\*/"&"/')"
		;;
	doithoai-backup.timer) [ -s "$units/$1" ] ;;
	caddy) grep -q reverse_proxy "$ROOT/etc/caddy/Caddyfile" ;;
	*) echo "systemctl: no unit $1" >&2; exit 1 ;;
	esac
}
stop() {
	[ "$1" = doithoai ] || return 0
	[ -e "$pid" ] || return 0
	kill "$(cat "$pid")" || true
	while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.05; done
	rm "$pid"
}
case "$1 ${2:-}" in
"daemon-reload ") ;;
"enable --now") start "$3" ;;
start\ *) start "$2" ;;
stop\ *) stop "$2" ;;
restart\ *) stop "$2"; start "$2" ;;
*) echo "systemctl: nothing stands in for $*" >&2; exit 1 ;;
esac
`
