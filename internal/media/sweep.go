package media

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	unfinished = "unfinished-"
	abandoned  = time.Hour // after which nobody finishes a file any more
	sweepEvery = 15 * time.Minute
)

// Run removes what has ended, now and then, until ctx ends.
func (d *Disk) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		n, err := d.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.config.Log.WarnContext(ctx, "copies not swept", "removed", n, "error", err)
		case n > 0:
			d.config.Log.InfoContext(ctx, "copies removed that have ended", "removed", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep removes what has ended, and returns how much that was. It goes on over
// files that it cannot remove.
func (d *Disk) Sweep(ctx context.Context) (removed int, err error) {
	var faults []error
	d.mu.Lock()
	before := d.used
	d.mu.Unlock()
	var found int64
	err = filepath.WalkDir(d.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist), err == nil && entry.IsDir():
			return nil
		case err != nil:
			faults = append(faults, scrub(err))
			return nil
		}
		stat, err := entry.Info()
		if err != nil {
			return nil // gone meanwhile
		}
		if !d.ended(entry.Name(), stat.ModTime()) {
			found += stat.Size()
			return nil
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { //nolint:gosec // nobody else writes in the folder
			faults = append(faults, scrub(err))
			found += stat.Size()
			return nil
		}
		removed++
		return nil
	})
	if err = errors.Join(append(faults, err)...); err != nil {
		return removed, fmt.Errorf("sweep media: %w", err)
	}
	// What was put or removed while we looked may or may not have been seen: it
	// is counted as put, and the next sweep knows better.
	d.mu.Lock()
	d.used = found + max(0, d.used-before)
	d.mu.Unlock()
	return removed, nil
}

// ended reports whether a file is to be removed: its time has come, or it was
// never finished.
func (d *Disk) ended(name string, written time.Time) bool {
	now := d.config.Now()
	if f, ok := parseName(name); ok {
		return !now.Before(f.until)
	}
	return strings.HasPrefix(name, unfinished) && now.Sub(written) > abandoned
}

// Used returns how many bytes all copies have, about.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used
}
