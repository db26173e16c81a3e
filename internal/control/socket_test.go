package control_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/control"
)

// leave makes a socket file as a killed server leaves it.
func leave(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(t *testing.T, path string)
		ok     bool
	}{
		"nothing there":         {func(*testing.T, string) {}, true},
		"a dead socket":         {leave, true},
		"a birth that was torn": {func(t *testing.T, path string) { mkdir(t, filepath.Join(filepath.Dir(path), ".ctl", "sock")) }, true},
		"a file": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		"a folder": {mkdir, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ctl.sock")
			test.before(t, path)
			l, err := control.Listen(t.Context(), path)
			if !test.ok {
				if err == nil {
					t.Fatal("listens")
				}
				if _, err := os.Lstat(path); err != nil {
					t.Errorf("what was there is gone: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if l.Addr().String() != path {
				t.Errorf("listens at %s, want %s", l.Addr(), path)
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode().Type() != fs.ModeSocket || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("the socket is %v, %v, want it for its owner alone", info.Mode(), err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(entries) > 0 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestALivingSocketIsLeftAlone(t *testing.T) {
	t.Parallel()
	path, _ := serve(t, control.Config{Operator: &bench{}})
	_, err := control.Listen(t.Context(), path)
	if inUse, ok := errors.AsType[*control.InUseError](err); !ok || inUse.Path != path {
		t.Errorf("got %v, want an InUseError", err)
	}
	dial(t, path)
}

// A server that ends late must not take the socket of the next one along.
func TestCloseRemovesOnlyItsOwnSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ctl.sock")
	first, err := control.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := control.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the second server's socket is gone: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestDialFindsNobody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(t *testing.T, path string)
		want   error
	}{
		"no folder": {func(t *testing.T, path string) {
			if err := os.Remove(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}, control.ErrNotRunning},
		"no socket":     {func(*testing.T, string) {}, control.ErrNotRunning},
		"a dead socket": {leave, control.ErrNotRunning},
		"one that never answers": {func(t *testing.T, path string) {
			l, err := control.Listen(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		}, control.ErrSilent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ctl.sock")
			test.before(t, path)
			if _, err := control.DialWithin(t.Context(), path, 50*time.Millisecond); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}
