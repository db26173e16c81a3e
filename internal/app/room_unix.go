//go:build linux || darwin

package app

import (
	"fmt"
	"syscall"
)

// diskRoom tells the room of the disk that holds dir, in bytes.
func diskRoom(dir string) (free, size uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, fmt.Errorf("ask for free space: %w", err)
	}
	block := uint64(s.Bsize) // of another type on other systems
	return s.Bavail * block, s.Blocks * block, nil
}
