//go:build linux || darwin || freebsd

package disk

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Of returns the room of the file system that path is on; path must be there.
func Of(path string) (Space, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return Space{}, fmt.Errorf("ask for free space: %w", err)
	}
	size := uint64(s.Bsize)
	return Space{Free: uint64(max(int64(s.Bavail), 0)) * size, Total: s.Blocks * size}, nil
}
