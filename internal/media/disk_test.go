package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/media"
)

// shelf is a Disk in a folder of its own.
type shelf struct {
	*media.Disk
	t     *testing.T
	dir   string
	clock *clock
	log   *bytes.Buffer
}

func newShelf(t *testing.T, config media.DiskConfig) *shelf {
	t.Helper()
	s := &shelf{t: t, dir: filepath.Join(t.TempDir(), "media"), clock: newClock(), log: &bytes.Buffer{}}
	config.Now, config.Log = s.clock.Now, slog.New(slog.NewTextHandler(s.log, nil))
	s.open(config)
	return s
}

func (s *shelf) open(config media.DiskConfig) {
	s.t.Helper()
	var err error
	if s.Disk, err = media.OpenDisk(s.dir, config); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) put(data []byte) string {
	s.t.Helper()
	key := newKey()
	if _, err := s.Put(s.t.Context(), key, bytes.NewReader(data)); err != nil {
		s.t.Fatalf("Put: %v", err)
	}
	return key
}

func (s *shelf) there(key string) bool {
	s.t.Helper()
	_, err := s.Stat(s.t.Context(), key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatalf("Stat: %v", err)
	}
	return err == nil
}

// files returns the paths of all files in the folder.
func (s *shelf) files() []string {
	s.t.Helper()
	var out []string
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := newKey()
	put, err := s.Put(t.Context(), key, bytes.NewReader(aac()))
	if err != nil {
		t.Fatal(err)
	}
	want := media.Info{Type: "audio/aac", Ext: "aac", Size: int64(len(aac())), Until: s.clock.Now().Add(media.KeepUnasked)}
	if !put.Until.Equal(want.Until) || put.Type != want.Type || put.Ext != want.Ext || put.Size != want.Size {
		t.Errorf("Put = %+v, want %+v", put, want)
	}
	r, info, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if data, err := io.ReadAll(r); err != nil || !bytes.Equal(data, aac()) || info != put {
		t.Errorf("Open = %d bytes, %+v, %v; want what was put, %+v", len(data), info, err, put)
	}
}

// What is put again under its key, whatever it is by then, changes nothing.
func TestPutTwice(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := newKey()
	first, err := s.Put(t.Context(), key, bytes.NewReader(aac()))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Keep(t.Context(), key, s.clock.Now().Add(media.KeepMost)); err != nil {
		t.Fatal(err)
	}
	again, err := s.Put(t.Context(), key, failing{errors.New("read for nothing")})
	if err != nil || again.Type != first.Type || !again.Until.Equal(s.clock.Now().Add(media.KeepMost)) {
		t.Errorf("Put again = %+v, %v; want what is there, kept as long", again, err)
	}
	if n := len(s.files()); n != 1 || s.Used() != int64(len(aac())) {
		t.Errorf("%d files, %d bytes used", n, s.Used())
	}
}

func TestPutWantsAKey(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	for _, key := range []string{"", "../../etc/passwd", strings.ToUpper(newKey()), newKey()[1:]} {
		if _, err := s.Put(t.Context(), key, bytes.NewReader(aac())); !errors.Is(err, media.ErrKey) {
			t.Errorf("Put under %q = %v, want %v", key, err, media.ErrKey)
		}
	}
}

// Two programs that share a folder may both have put a copy; none outlives
// the other's deletion.
func TestTwoProgramsShareTheFolder(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := s.put(aac())
	name := s.files()[0]
	later := strings.Replace(name, key+"-", key+"-9", 1)
	if err := os.Link(name, later); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), key); err != nil || s.there(key) || len(s.files()) != 0 {
		t.Errorf("Delete = %v, left %v", err, s.files())
	}
}

func TestOnlyTheOwnerReads(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	s.put(jpeg())
	for _, path := range append(s.files(), s.dir, filepath.Dir(s.files()[0])) {
		stat, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := stat.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(path), mode)
		}
	}
}

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	large := append(jpeg(), make([]byte, media.MaxSize)...)
	broken := errors.New("line broke")
	for name, test := range map[string]struct {
		r    io.Reader
		want error
	}{
		"one byte too many": {bytes.NewReader(large[:media.MaxSize+1]), media.ErrTooLarge},
		"endless":           {io.MultiReader(bytes.NewReader(jpeg()), zeros{}), media.ErrTooLarge},
		"a page":            {strings.NewReader("<html>"), media.ErrType},
		"nothing":           {strings.NewReader(""), media.ErrType},
		"half a file":       {io.MultiReader(bytes.NewReader(jpeg()), failing{broken}), broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, media.DiskConfig{})
			if _, err := s.Put(t.Context(), newKey(), test.r); !errors.Is(err, test.want) {
				t.Errorf("Put = %v, want %v", err, test.want)
			}
			if left := s.files(); len(left) > 0 || s.Used() != 0 {
				t.Errorf("left %v, %d bytes used", left, s.Used())
			}
		})
	}
	s := newShelf(t, media.DiskConfig{})
	if info, err := s.Put(t.Context(), newKey(), bytes.NewReader(large[:media.MaxSize])); err != nil || info.Size != media.MaxSize {
		t.Errorf("Put of the largest = %+v, %v", info, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestCopiesEnd(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	agreed, silent := s.put(jpeg()), s.put(aac())
	if err := s.Keep(t.Context(), agreed, s.clock.Now().Add(365*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(media.KeepUnasked - time.Second)
	if !s.there(agreed) || !s.there(silent) {
		t.Fatal("a copy was gone before its end")
	}
	s.clock.pass(time.Second)
	if !s.there(agreed) || s.there(silent) {
		t.Fatal("want the copy that nobody agreed to gone after a day, and the other there")
	}
	if err := s.Keep(t.Context(), silent, s.clock.Now().Add(time.Hour)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Keep of what has ended = %v, want %v", err, fs.ErrNotExist)
	}
	if n, err := s.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	if n := len(s.files()); n != 1 || s.Used() != int64(len(jpeg())) {
		t.Errorf("%d files left, %d bytes used", n, s.Used())
	}
	s.clock.pass(media.KeepMost - media.KeepUnasked)
	if s.there(agreed) {
		t.Error("a copy was there after the longest time")
	}
	if n, err := s.Sweep(t.Context()); n != 1 || err != nil || s.Used() != 0 {
		t.Errorf("Sweep = %d, %v, %d bytes used", n, err, s.Used())
	}
}

func TestKeepShortens(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := s.put(jpeg())
	if err := s.Keep(t.Context(), key, s.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(time.Hour)
	if s.there(key) {
		t.Error("a copy was there after the end it was given")
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key, other := s.put(jpeg()), s.put(aac())
	for range 2 { // the second time there is none
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if s.there(key) || !s.there(other) || s.Used() != int64(len(aac())) {
		t.Errorf("deleted: there %t, the other there %t, %d bytes used", s.there(key), s.there(other), s.Used())
	}
}

func TestRoomIsBounded(t *testing.T) {
	t.Parallel()
	size := int64(len(jpeg()))
	s := newShelf(t, media.DiskConfig{Total: 2*size + 1})
	one := s.put(jpeg())
	s.put(jpeg())
	if _, err := s.Put(t.Context(), newKey(), bytes.NewReader(jpeg())); !errors.Is(err, media.ErrFull) {
		t.Fatalf("Put = %v, want %v", err, media.ErrFull)
	}
	if n := len(s.files()); n != 2 {
		t.Errorf("%d files, want 2", n)
	}
	if err := s.Delete(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	s.put(jpeg())
	// Another program on the same folder counts alike.
	s.open(media.DiskConfig{Total: 2 * size, Now: s.clock.Now})
	if _, err := s.Put(t.Context(), newKey(), bytes.NewReader(jpeg())); !errors.Is(err, media.ErrFull) {
		t.Errorf("Put after a restart = %v, want %v", err, media.ErrFull)
	}
}

func TestStrangeKeysAreNotThere(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := s.put(jpeg())
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.dir), "secret.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, strange := range []string{
		"", "..", "../secret.txt", key[:31], key + "0", strings.ToUpper(key[:31]) + "G", key[:2] + "/" + key, "*", key[:30] + "..",
		strings.Repeat("/", 32), strings.Repeat(".", 32), strings.Repeat("0", 32),
	} {
		if _, _, err := s.Open(t.Context(), strange); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q) = %v, want %v", strange, err, fs.ErrNotExist)
		}
		if err := s.Delete(t.Context(), strange); err != nil {
			t.Errorf("Delete(%q) = %v", strange, err)
		}
	}
	if !s.there(key) {
		t.Error("a copy was deleted by another key")
	}
}

// What a power cut leaves behind is swept, what is none of ours stays.
func TestSweepRemovesWhatWasNeverFinished(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := s.put(jpeg())
	old := s.clock.Now().Add(-2 * time.Hour)
	for name, written := range map[string]time.Time{"unfinished-1": old, "unfinished-2": s.clock.Now(), "notes.txt": old} {
		path := filepath.Join(s.dir, name)
		if err := errors.Join(os.WriteFile(path, []byte("half"), 0o600), os.Chtimes(path, written, written)); err != nil {
			t.Fatal(err)
		}
	}
	s.open(media.DiskConfig{Now: s.clock.Now}) // sweeps
	var names []string
	for _, path := range s.files() {
		names = append(names, filepath.Base(path))
	}
	left := strings.Join(names, " ")
	if len(names) != 3 || !strings.Contains(left, "unfinished-2") || !strings.Contains(left, "notes.txt") || !s.there(key) {
		t.Errorf("left %q", left)
	}
}

// What could not be written takes no room.
func TestPutThatFails(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	if err := errors.Join(os.RemoveAll(s.dir), os.WriteFile(s.dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err := s.Put(t.Context(), newKey(), bytes.NewReader(jpeg()))
	if err == nil || strings.Contains(err.Error(), s.dir) || s.Used() != 0 {
		t.Errorf("Put = %v, %d bytes used", err, s.Used())
	}
}

func TestErrorsTellNoKey(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := s.put(jpeg())
	path := s.files()[0]
	// A file that cannot be read, to root either: a folder in its place.
	if err := errors.Join(os.Remove(path), os.Symlink(path, path)); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.Open(t.Context(), key)
	if err == nil || strings.Contains(err.Error(), key) || strings.Contains(err.Error(), s.dir) {
		t.Errorf("Open = %v, want an error without key and folder", err)
	}
}

func TestRunSweepsAndEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t, media.DiskConfig{})
		s.put(jpeg())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		if n := len(s.files()); n != 1 {
			t.Errorf("%d files, want the one that has not ended", n)
		}
		s.clock.pass(media.KeepUnasked)
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(s.files()); n != 0 {
			t.Errorf("%d files, want none", n)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	key := s.put(jpeg())
	faults := make(chan error)
	const each = 20
	for _, work := range []func() error{
		func() error { _, err := s.Put(t.Context(), newKey(), bytes.NewReader(aac())); return err },
		func() error { return s.Keep(t.Context(), key, s.clock.Now().Add(media.KeepMost)) },
		func() error { return s.Keep(t.Context(), key, s.clock.Now().Add(time.Hour)) },
		func() error { _, err := s.Stat(t.Context(), key); return err },
		func() error { _, err := s.Sweep(t.Context()); return err },
	} {
		go func() {
			var all []error
			for range each {
				all = append(all, work())
			}
			faults <- errors.Join(all...)
		}()
	}
	for range 5 {
		if err := <-faults; err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Sweep(t.Context()); err != nil || s.Used() != int64(len(jpeg())+each*len(aac())) {
		t.Errorf("%d bytes used, %v", s.Used(), err)
	}
}

func FuzzFileName(f *testing.F) {
	for _, name := range []string{"0123456789abcdef0123456789abcdef-1795289627.jpg", "unfinished-1", "-1.jpg", "notes.txt", "0123456789abcdef0123456789abcdef--5.aac"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		again, ok := media.ReadName(name)
		if !ok {
			return
		}
		if twice, ok := media.ReadName(again); !ok || twice != again || strings.ContainsAny(again, "/\\") {
			t.Errorf("%q is read as %q, and that as %q, %t", name, again, twice, ok)
		}
	})
}
