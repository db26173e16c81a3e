package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/release"
)

// The walk-through is for somebody who cannot ask: every block of commands in
// docs/van-hanh.md is run here, in order, as one script. Folders outside are mapped
// into a scratch one (see inside), the address of the program becomes a free one,
// and what cannot run is replaced by the stand-ins of standIns. No other command
// is to be found, so one that is new on the page and can neither be run nor is
// stood in for fails the test.
func TestWalkThrough(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	page, err := os.ReadFile("../../docs/van-hanh.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := shellBlocks(string(page))
	if len(blocks) < 15 {
		t.Fatalf("found %d blocks of commands, want the whole way", len(blocks))
	}
	var script strings.Builder
	fmt.Fprintf(&script, "set -euo pipefail\ntrap 'systemctl stop doithoai' EXIT\n")
	for _, b := range blocks {
		fmt.Fprintf(&script, "echo '@@ van-hanh.md:%d'\n%s", b.line, w.inside(b.text))
	}
	out := w.run(t, script.String())
	for _, want := range []string{
		"doithoai-v1.0.0-linux-amd64.tar.gz: OK", "doithoai-v1.1.0-linux-amd64.tar.gz: OK", // sums were checked
		`"ready":true`,         // it serves
		`"source":"folder"`,    // its own base
		"NTPSynchronized=yes",  // the stand-in was asked
		"stand-in: zalo login", // and for the consent
		"Đã phục hồi bản chép", // the nightly copy was of use
		"lan",                  // an officer was invited
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the walk-through did not say %q; it ended with: %s", want, tail(out))
		}
	}
	w.check(t)
}

// block is one fenced block of commands.
type block struct {
	line int
	text string
}

var fence = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

func shellBlocks(page string) []block {
	var blocks []block
	for _, at := range fence.FindAllStringSubmatchIndex(page, -1) {
		blocks = append(blocks, block{1 + strings.Count(page[:at[2]], "\n"), page[at[2]:at[3]]})
	}
	return blocks
}

// walk is a machine of its own, as far as a script can tell.
type walk struct {
	root          string
	listen, admin string
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Fatal(err)
	}
	w := &walk{root: t.TempDir(), listen: freeAddress(t), admin: freeAddress(t)}
	for _, dir := range []string{"bin", "tmp", "run", "etc/systemd/system", "etc/caddy", "usr/local/bin", "srv", "var/lib", "var/backups", "opt", "published"} {
		if err := os.MkdirAll(filepath.Join(w.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range real() {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatalf("this machine has no %s", name)
		}
		if _, stoodIn := standIns()[name]; stoodIn {
			name += ".real"
		}
		if err := os.Symlink(path, filepath.Join(w.root, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, s := range standIns() {
		w.write(t, filepath.Join("bin", name), "#!/bin/bash\n# "+s.why+"\nset -euo pipefail\n"+s.script, 0o755)
	}
	w.build(t)
	for _, version := range []string{"v1.0.0", "v1.1.0"} {
		w.publish(t, version)
	}
	return w
}

func (w *walk) write(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.root, name), []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// build builds the program as it is given out: this test may be built with the
// race detector, which the walk would wait for two dozen times.
func (w *walk) build(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(w.root, "published", "doithoai"), ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// publish makes the archive that the page fetches: the files that a release
// holds. In the place of the binary, which takes long to pack, is a way to it.
func (w *walk) publish(t *testing.T, version string) {
	t.Helper()
	files, err := release.Carried("../..")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if strings.HasPrefix(f.Name, "deploy/doithoai") {
			files[i].Data = []byte(w.inside(string(f.Data)))
		}
	}
	program := fmt.Sprintf("#!/bin/sh\nexec %s/published/doithoai \"$@\"\n", w.root)
	files = append(files, release.File{Name: "doithoai", Mode: 0o755, Data: []byte(program)})
	name := "doithoai-" + version + "-linux-amd64"
	var packed bytes.Buffer
	if err := release.WriteTarGz(&packed, name, files, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join("published", version)
	if err := os.Mkdir(filepath.Join(w.root, dir), 0o755); err != nil {
		t.Fatal(err)
	}
	w.write(t, filepath.Join(dir, name+".tar.gz"), packed.String(), 0o644)
	w.run(t, fmt.Sprintf("cd %s/%s && sha256sum *.tar.gz > SHA256SUMS", w.root, dir))
}

// outside are the folders that the page names.
var outside = regexp.MustCompile(`(^|[^\w./$}])/(opt|etc|var|srv|usr/local|tmp)\b`)

// inside maps the folders and addresses of a text into the scratch machine.
func (w *walk) inside(text string) string {
	text = outside.ReplaceAllString(text, "${1}"+w.root+"/${2}")
	return strings.NewReplacer("127.0.0.1:8080", w.listen, "127.0.0.1:8081", w.admin).Replace(text)
}

// run runs a script on the scratch machine and returns what it printed.
func (w *walk) run(t *testing.T, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 7*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir = w.root
	cmd.Env = []string{
		"PATH=" + w.root + "/bin:" + w.root + "/usr/local/bin", "ROOT=" + w.root, "HOME=" + w.root, "LANG=C.UTF-8",
		// Nobody out there is to be called.
		"DOITHOAI_TELEGRAM_API=http://127.0.0.1:9", "DOITHOAI_ZALO_OA_API=http://127.0.0.1:9", "DOITHOAI_ZALO_OA_OAUTH=http://127.0.0.1:9",
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(w.root, "run", "doithoai.log"))
		t.Fatalf("%v; printed:\n%s\nthe program's log:\n%s", err, out, log)
	}
	return string(out)
}

// check looks at what the walk left behind.
func (w *walk) check(t *testing.T) {
	t.Helper()
	for name, mode := range map[string]fs.FileMode{
		"etc/doithoai/doithoai.yaml": 0o640, "etc/doithoai/secrets": 0o750, "etc/doithoai/secrets/zalo-oa-secret": 0o640,
		"var/lib/doithoai": 0o700, "var/backups/doithoai": 0o700,
	} {
		info, err := os.Stat(filepath.Join(w.root, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), mode)
		}
	}
	if to, err := os.Readlink(filepath.Join(w.root, "opt/doithoai/current")); err != nil || to != "v1.0.0" {
		t.Errorf("after the way back current leads to %q, %v", to, err)
	}
	if _, err := os.Stat(filepath.Join(w.root, "run/doithoai.pid")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the program still runs, %v", err)
	}
}
