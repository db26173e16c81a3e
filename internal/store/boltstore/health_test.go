package boltstore_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/doithoai/doithoai/internal/trouble"
)

// A commit that finds no room on the disk is told until one does.
func TestTroublesOfAFullDisk(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	if found := s.Troubles(); len(found) != 0 {
		t.Errorf("of a store that is well: %v", found)
	}
	for i, cause := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		s.CommitEnds(fmt.Errorf("commit: %w", &os.PathError{Op: "write", Path: "x", Err: cause}))
		if found := s.Troubles(); len(found) != 1 || found[0].Code != trouble.StoreFull {
			t.Errorf("after %v: %v", cause, found)
		}
		mustSave(t, s, pushes("a", cause.Error(), uint64(i), "more"))
		if found := s.Troubles(); len(found) != 0 {
			t.Errorf("after a save: %v", found)
		}
	}
	s.CommitEnds(syscall.EIO)
	if found := s.Troubles(); len(found) != 0 {
		t.Errorf("after another fault: %v", found)
	}
}
