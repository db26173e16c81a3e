package control

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
)

// bind makes the socket in its place: who may use it is decided by the rights
// on its folder.
func bind(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return listenAt(ctx, path)
}
