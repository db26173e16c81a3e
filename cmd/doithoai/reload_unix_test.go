//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
)

// readyz asks until the answer is as wanted.
func readyz(t *testing.T, url, what string, ok func(readiness) bool) readiness {
	t.Helper()
	for {
		var r readiness
		answer := request(t, http.DefaultClient, http.MethodGet, url, "/readyz", "")
		if err := json.Unmarshal([]byte(answer), &r); err != nil {
			t.Fatal(err)
		}
		if ok(r) {
			return r
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatalf("%s: still %s", what, answer)
		}
	}
}

func tells(code trouble.Code) func(readiness) bool {
	return func(r readiness) bool {
		for _, t := range r.Reasons {
			if t.Code == code {
				return true
			}
		}
		return false
	}
}

// A running program takes over what can change, tells what waits for a restart,
// and with a fault changes nothing.
func TestSettingsAreReadAgainOnSIGHUP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "doithoai.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	for _, folder := range []string{one, two} {
		if err := os.CopyFS(folder, os.DirFS(sample)); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(two, "chu_de.yaml"), string(read(t, filepath.Join(one, "chu_de.yaml")))+"\n# khác\n")
	write(file, "knowledge: one\n")
	p := serve(t, dir)
	hup := func() {
		t.Helper()
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	version := func() string {
		t.Helper()
		var h struct {
			Knowledge struct{ Version, Source string }
		}
		if err := json.Unmarshal([]byte(request(t, http.DefaultClient, http.MethodGet, p.url, "/healthz", "")), &h); err != nil {
			t.Fatal(err)
		}
		return h.Knowledge.Version
	}
	first := version()

	write(file, "knowledge: two\nlisten: 8080\nlog:\n  level: loud\n")
	hup()
	r := readyz(t, p.url, "tell of the faults", tells(trouble.SettingsBroken))
	if r.Status != "degraded" || version() != first {
		t.Errorf("with faults: %+v, base %s, want %s", r, version(), first)
	}
	write(filepath.Join(dir, "broken.yaml"), "")
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(file, "knowledge: empty\n") // no fault of the settings alone
	hup()
	readyz(t, p.url, "refuse a base with faults", tells(trouble.SettingsBroken))

	write(file, "knowledge: two\nadmin_listen: 127.0.0.1:1\nlog:\n  level: debug\n  format: json\n")
	hup()
	r = readyz(t, p.url, "take what is right", func(r readiness) bool { return !tells(trouble.SettingsBroken)(r) && len(r.Notes) == 1 })
	if !strings.Contains(r.Notes[0], "admin_listen") || strings.Contains(r.Notes[0], "knowledge") || version() == first {
		t.Errorf("got %+v, base %s", r, version())
	}
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v", err)
	}
	log := p.log.String()
	for _, want := range []string{`level=ERROR msg="settings refused`, `"changed":"knowledge log.level log.format"`, `"need_restart":"admin_listen"`, `"msg":"stopped"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
