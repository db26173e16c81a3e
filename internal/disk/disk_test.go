package disk_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/doithoai/doithoai/internal/disk"
)

func TestOf(t *testing.T) {
	t.Parallel()
	s, err := disk.Of(t.TempDir())
	if err != nil || s.Total == 0 || s.Free > s.Total {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := disk.Of(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a folder that is not there: %v", err)
	}
}
