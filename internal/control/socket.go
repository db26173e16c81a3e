package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// dialWait bounds reaching a server on this machine, and its first word.
const dialWait = 3 * time.Second

// Listen opens the socket at path, for this account alone. A socket that a
// killed server left behind is replaced; with a living one the error is an
// [InUseError]. Closing the listener removes the socket.
func Listen(ctx context.Context, path string) (net.Listener, error) {
	conn, err := dial(ctx, path)
	switch {
	case err == nil:
		return nil, errors.Join(&InUseError{path}, conn.Close())
	case errors.Is(err, ErrSilent):
		return nil, &InUseError{path}
	case !errors.Is(err, ErrNotRunning):
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	if info, err := os.Lstat(path); err == nil && (info.Mode().IsRegular() || info.IsDir()) {
		return nil, fmt.Errorf("open control socket: %w: %s is no socket", fs.ErrExist, path)
	}
	l, err := bind(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", errors.Join(err, l.Close()))
	}
	return &listener{Listener: l, path: path, info: info}, nil
}

// listener takes its file along when it is closed, if that is still its own.
type listener struct {
	net.Listener
	path string
	info fs.FileInfo
	once sync.Once
}

// Addr is where the socket stands, not where it was made.
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: l.path, Net: "unix"} }

func (l *listener) Close() error {
	err := l.Listener.Close()
	l.once.Do(func() {
		if now, e := os.Lstat(l.path); e == nil && os.SameFile(l.info, now) {
			err = errors.Join(err, os.Remove(l.path))
		}
	})
	return err
}

// listenAt makes a socket whose file stays until somebody removes it.
func listenAt(ctx context.Context, path string) (net.Listener, error) {
	name, done, err := reach(path)
	if err != nil {
		return nil, err
	}
	defer done()
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", name)
	if err != nil {
		return nil, err
	}
	if l, ok := l.(*net.UnixListener); ok {
		l.SetUnlinkOnClose(false)
	}
	return l, nil
}

// dial connects to the socket at path. Its errors are [ErrNotRunning] if nobody
// listens there, [ErrSilent] if somebody does who accepts nothing, or those of
// the file system.
func dial(ctx context.Context, path string) (net.Conn, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotRunning
	} else if err != nil {
		return nil, err
	}
	name, done, err := reach(path)
	if err != nil {
		return nil, err
	}
	defer done()
	d := net.Dialer{Timeout: dialWait}
	conn, err := d.DialContext(ctx, "unix", name)
	if err == nil {
		return conn, nil
	}
	slow, isNet := errors.AsType[net.Error](err)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, fs.ErrPermission):
		return nil, err
	case isNet && slow.Timeout(): // also what a full backlog is told as
		return nil, ErrSilent
	}
	// The file is there and takes nobody in: its process is gone.
	return nil, ErrNotRunning
}

// reach returns a name for path that is short enough for a socket's address,
// which holds about a hundred bytes. It is good until done is called.
func reach(path string) (name string, done func(), err error) {
	const longest = 100
	if len(path) <= longest || runtime.GOOS != "linux" {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { _ = dir.Close() }, nil
}
