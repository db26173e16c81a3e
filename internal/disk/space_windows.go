package disk

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// Of returns the room of the volume that path is on; path must be there.
func Of(path string) (Space, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return Space{}, fmt.Errorf("ask for free space: %w", err)
	}
	var s Space
	if err := windows.GetDiskFreeSpaceEx(name, &s.Free, &s.Total, nil); err != nil {
		return Space{}, fmt.Errorf("ask for free space: %w", err)
	}
	return s, nil
}
