package control_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/control"
)

// The address of a socket holds about a hundred bytes, the name of a folder
// may be longer.
func TestLongFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), strings.Repeat("a", 120), strings.Repeat("b", 120))
	mkdir(t, folder)
	l, err := control.Listen(t.Context(), filepath.Join(folder, "ctl.sock"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := control.Listen(t.Context(), filepath.Join(folder, "ctl.sock")); err == nil {
		t.Error("a second one listens")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
