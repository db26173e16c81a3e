//go:build !linux && !darwin && !freebsd && !windows

package disk

// Of returns [ErrUnknown].
func Of(string) (Space, error) { return Space{}, ErrUnknown }
