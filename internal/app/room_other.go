//go:build !linux && !darwin

package app

import "errors"

// diskRoom is not known here.
func diskRoom(string) (free, size uint64, err error) {
	return 0, 0, errors.New("free space cannot be told on this system")
}
