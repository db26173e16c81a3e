package release

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// File is one file of an archive.
type File struct {
	Name string // with slashes, below the archive's folder
	Mode fs.FileMode
	Data []byte
}

// sorted returns the files by name, so that an archive does not depend on the
// order in which they were found.
func sorted(files []File) []File {
	return slices.SortedFunc(slices.Values(files), func(a, b File) int { return strings.Compare(a.Name, b.Name) })
}

// WriteTarGz packs files below folder. Equal input gives equal bytes: every file
// is of time at, owner 0, and nothing tells who packed it.
func WriteTarGz(w io.Writer, folder string, files []File, at time.Time) error {
	squeezed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	packed := tar.NewWriter(squeezed)
	for _, f := range sorted(files) {
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     folder + "/" + f.Name,
			Mode:     int64(f.Mode.Perm()),
			Size:     int64(len(f.Data)),
			ModTime:  at.UTC().Truncate(time.Second),
			Format:   tar.FormatPAX,
		}
		if err := packed.WriteHeader(header); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
		if _, err := packed.Write(f.Data); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return squeezed.Close()
}

// WriteZip packs files below folder as [WriteTarGz] does.
func WriteZip(w io.Writer, folder string, files []File, at time.Time) error {
	packed := zip.NewWriter(w)
	for _, f := range sorted(files) {
		header := &zip.FileHeader{Name: folder + "/" + f.Name, Method: zip.Deflate, Modified: at.UTC().Truncate(time.Second)}
		header.SetMode(f.Mode.Perm())
		entry, err := packed.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
		if _, err := entry.Write(f.Data); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	return packed.Close()
}
