package knowledge

import (
	"archive/zip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// lastGood keeps the last base that loaded, so that a restart with a broken
// folder still has something to serve. It is one file, because one file can be
// replaced atomically; a zip, because anybody can look into it.
type lastGood struct{ dir string } // "": keeps nothing

const lastGoodFile = "kien-thuc.zip"

var errNoCopy = errors.New("no copy of a good base")

// save writes the snapshot: whole and synced under another name, then renamed.
func (l lastGood) save(s *snapshot) (err error) {
	if l.dir == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep a copy of the base: %w", err)
		}
	}()
	if err := os.MkdirAll(l.dir, 0o750); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(l.dir, lastGoodFile+".*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone after the rename
	if err := errors.Join(writeZip(tmp, s), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), filepath.Join(l.dir, lastGoodFile)); err != nil {
		return err
	}
	return syncDir(l.dir)
}

func writeZip(f *os.File, s *snapshot) error {
	z := zip.NewWriter(f)
	put := func(name string, data []byte) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	for _, name := range s.names {
		if err := put(name, s.files[name]); err != nil {
			return err
		}
	}
	for _, name := range s.pictureNames() {
		if data := s.pictures[name].data; data != nil {
			if err := put(name, data); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

// syncDir makes a rename durable where folders can be synced.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // not every system can
	return d.Close()
}

// load loads the copy. It is checked again: another version of the program may
// have written it.
func (l lastGood) load() (*Base, error) {
	if l.dir == "" {
		return nil, errNoCopy
	}
	z, err := zip.OpenReader(filepath.Join(l.dir, lastGoodFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCopy, err)
	}
	defer z.Close()
	base, report := Load(&z.Reader)
	if base == nil {
		return nil, fmt.Errorf("%w: it has %d errors", errNoCopy, len(report.Errors()))
	}
	return base, nil
}
