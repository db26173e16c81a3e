package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultTotal is how much all copies of a Disk may have, in bytes.
const DefaultTotal = 2 << 30

// DiskConfig is how a [Disk] works; the zero value is fit for use.
type DiskConfig struct {
	Total int64 // bytes of all copies together; DefaultTotal if 0
	// Log gets what an operator must know; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Disk keeps copies in a folder that only its owner can read. A copy is one
// file; its name holds the key, when it ends and what it is:
//
//	3f/3f9a…-1795289627.jpg
//
// so there is no list of them that could say otherwise. Several programs may share
// the folder.
type Disk struct {
	dir    string
	config DiskConfig

	mu   sync.RWMutex // written to for changes of what is there
	used int64        // bytes, as of the last sweep and the changes since
}

var _ Store = (*Disk)(nil)

// OpenDisk returns the copies in dir, which is made if it is not there.
func OpenDisk(dir string, config DiskConfig) (*Disk, error) {
	if config.Total <= 0 {
		config.Total = DefaultTotal
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	config.Log = config.Log.With("component", "media")
	if config.Now == nil {
		config.Now = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	d := &Disk{dir: dir, config: config}
	if _, err := d.Sweep(context.Background()); err != nil {
		return nil, err
	}
	return d, nil
}

// file is what the name of a file says.
type file struct {
	path  string
	key   string
	kind  Kind
	until time.Time
}

// name is what a copy's file is called in its folder.
func (f file) name() string {
	return f.key + "-" + strconv.FormatInt(f.until.Unix(), 10) + "." + f.kind.Ext
}

// parseName reads a file's name; ok is false if it is none of ours.
func parseName(name string) (f file, ok bool) {
	key, rest, found := strings.Cut(name, "-")
	end, ext, dotted := strings.Cut(rest, ".")
	until, err := strconv.ParseInt(end, 10, 64)
	kind, known := kindOfExt(ext)
	if !found || !dotted || err != nil || !known || !validKey(key) {
		return file{}, false
	}
	return file{key: key, kind: kind, until: time.Unix(until, 0)}, true
}

// find returns the file of a key. The error is fs.ErrNotExist if there is none,
// or none any more. The caller holds mu, if only for reading.
func (d *Disk) find(key string) (file, error) {
	all, err := d.all(key)
	if err != nil {
		return file{}, err
	}
	for _, f := range all {
		if d.config.Now().Before(f.until) {
			return f, nil
		}
	}
	return file{}, fs.ErrNotExist
}

// all returns every file of a key, also those that have ended. Two programs that
// share the folder may both have put a copy.
func (d *Disk) all(key string) ([]file, error) {
	if !validKey(key) {
		return nil, fs.ErrNotExist
	}
	folder := filepath.Join(d.dir, key[:2])
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, scrub(err)
	}
	var found []file
	for _, e := range entries {
		if f, ok := parseName(e.Name()); ok && f.key == key {
			f.path = filepath.Join(folder, e.Name())
			found = append(found, f)
		}
	}
	return found, nil
}

// scrub takes the path off an error: the key in it opens the copy.
func scrub(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// Put implements [Store].
func (d *Disk) Put(ctx context.Context, key string, r io.Reader) (Info, error) {
	if !validKey(key) {
		return Info{}, fmt.Errorf("keep media: %w", ErrKey)
	}
	kept, err := d.Stat(ctx, key)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	data, kind, err := readAll(r)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Info{}, fmt.Errorf("keep media: %w", err)
	}
	f := file{key: key, kind: kind, until: d.config.Now().Add(KeepUnasked)}
	if err := d.write(f, data); err != nil {
		return Info{}, fmt.Errorf("keep media: %w", err)
	}
	return f.info(int64(len(data))), nil
}

func (f file) info(size int64) Info {
	return Info{Type: f.kind.Type, Ext: f.kind.Ext, Size: size, Until: time.Unix(f.until.Unix(), 0)}
}

// write puts a whole file in its place, or none.
func (d *Disk) write(f file, data []byte) (err error) {
	size := int64(len(data))
	if !d.reserve(size) {
		return ErrFull
	}
	defer func() {
		if err != nil {
			d.free(size)
			err = scrub(err)
		}
	}()
	folder := filepath.Join(d.dir, f.key[:2])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	whole, err := os.CreateTemp(d.dir, unfinished+"*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(whole.Name()) //nolint:errcheck // not there any more if all went well
	if _, err := whole.Write(data); err != nil {
		return errors.Join(err, whole.Close())
	}
	if err := errors.Join(whole.Sync(), whole.Close()); err != nil {
		return err
	}
	if err := os.Rename(whole.Name(), filepath.Join(folder, f.name())); err != nil {
		return err
	}
	return errors.Join(syncFolder(folder), syncFolder(d.dir))
}

// reserve takes room for a copy, if there is.
func (d *Disk) reserve(size int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.used+size > d.config.Total {
		return false
	}
	d.used += size
	return true
}

func (d *Disk) free(size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used = max(0, d.used-size)
}

// syncFolder makes sure that names in a folder survive a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Open implements [Store].
func (d *Disk) Open(_ context.Context, key string) (io.ReadSeekCloser, Info, error) {
	d.mu.RLock() // Keep must not give the file another name meanwhile
	defer d.mu.RUnlock()
	opened, f, err := d.open(key)
	if err != nil {
		return nil, Info{}, fmt.Errorf("open media: %w", err)
	}
	stat, err := opened.Stat()
	if err != nil {
		return nil, Info{}, fmt.Errorf("open media: %w", errors.Join(scrub(err), opened.Close()))
	}
	return opened, f.info(stat.Size()), nil
}

// open opens the file of a key. Another program may rename it between the look
// and the opening, so it looks again.
func (d *Disk) open(key string) (*os.File, file, error) {
	for tries := 0; ; tries++ {
		f, err := d.find(key)
		if err != nil {
			return nil, file{}, err
		}
		opened, err := os.Open(f.path)
		if err == nil || tries == 2 || !errors.Is(err, fs.ErrNotExist) {
			return opened, f, scrub(err)
		}
	}
}

// Stat implements [Store].
func (d *Disk) Stat(ctx context.Context, key string) (Info, error) {
	r, info, err := d.Open(ctx, key)
	if err != nil {
		return Info{}, err
	}
	return info, r.Close()
}

// Keep implements [Store].
func (d *Disk) Keep(_ context.Context, key string, until time.Time) error {
	if most := d.config.Now().Add(KeepMost); until.After(most) {
		until = most
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.find(key)
	if err != nil {
		return fmt.Errorf("keep media on: %w", err)
	}
	f.until = until
	folder := filepath.Dir(f.path)
	if err := os.Rename(f.path, filepath.Join(folder, f.name())); err != nil {
		return fmt.Errorf("keep media on: %w", scrub(err))
	}
	if err := syncFolder(folder); err != nil {
		return fmt.Errorf("keep media on: %w", scrub(err))
	}
	return nil
}

// Delete implements [Store].
func (d *Disk) Delete(_ context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.all(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var faults []error
	for _, f := range all {
		faults = append(faults, d.remove(f.path))
	}
	if len(all) > 0 {
		faults = append(faults, syncFolder(filepath.Dir(all[0].path)))
	}
	if err := errors.Join(append(faults, err)...); err != nil {
		return fmt.Errorf("delete media: %w", scrub(err))
	}
	return nil
}

// remove takes a file away. The caller holds mu.
func (d *Disk) remove(path string) error {
	stat, err := os.Stat(path)
	if err == nil {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		d.used = max(0, d.used-stat.Size())
	}
	return err
}
