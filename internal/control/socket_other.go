//go:build !windows

package control

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
)

// bind makes the socket inside a folder that nobody else may enter and moves
// it to its place when its mode is set, so there is no moment at which another
// account could connect, and none without either the old socket or the new one.
func bind(ctx context.Context, path string) (net.Listener, error) {
	nursery := filepath.Join(filepath.Dir(path), ".ctl")
	if err := os.RemoveAll(nursery); err != nil { // left by a process that was killed right here
		return nil, err
	}
	if err := os.Mkdir(nursery, 0o700); err != nil {
		return nil, err
	}
	born := filepath.Join(nursery, "sock")
	l, err := listenAt(ctx, born)
	if err == nil {
		err = errors.Join(os.Chmod(born, 0o600), os.Rename(born, path))
	}
	if err = errors.Join(err, os.RemoveAll(nursery)); err != nil {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
		return nil, err
	}
	return l, nil
}
