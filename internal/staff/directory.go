package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// Safe keeps the register. All methods are safe for concurrent use.
type Safe interface {
	// Value returns what is kept under a name, nil if nothing is.
	Value(ctx context.Context, name string) ([]byte, error)
	// Swap replaces what is kept if it is old, and reports whether it was. With an
	// error it may have happened or not.
	Swap(ctx context.Context, name string, old, next []byte) (bool, error)
}

// Config is what a [Directory] is made of. Safe and Roster are compulsory.
type Config struct {
	Safe Safe
	// Roster returns the officers of the file in use; nil if there is no file,
	// and then nobody is an officer. While the file does not change it returns
	// the same pointer.
	Roster func() Roster
	// Leases and Key are for who redeems; without them nobody can. Key is a secret
	// of the store: under it the tries of a chat are counted.
	Leases Leases
	Key    []byte
	// Every is how often [Directory.Run] looks; 2 s if zero.
	Every time.Duration
	// Log gets what an operator must know, never whom it concerns; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// ErrBusy says that others changed the register faster every time. Nothing was
// changed.
var ErrBusy = errors.New("register of officers is busy")

const (
	// maxSwaps is how often a change is tried.
	maxSwaps = 16
	// lookWait bounds one look of Run.
	lookWait = 2 * time.Second
)

// Directory is who is registered as which officer, read from the store and kept.
// It is safe for concurrent use.
type Directory struct {
	config Config
	// turn holds a token while somebody reads or changes the register, so that
	// what was read first never takes the place of what was read later.
	turn   chan struct{}
	latest atomic.Pointer[edition]
}

// edition is a register with what follows from it and one file.
type edition struct {
	register register
	roster   Roster
	snapshot Snapshot
}

// New returns a directory that knows the file alone until [Directory.Fresh] was
// called, which is to be done before anybody is served.
func New(config Config) *Directory {
	config.Every = cmp.Or(config.Every, 2*time.Second)
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	config.Log = config.Log.With("component", "staff")
	if config.Now == nil {
		config.Now = time.Now
	}
	d := &Directory{config: config, turn: make(chan struct{}, 1)}
	d.use(register{})
	return d
}

// Snapshot returns who is registered as of the last look, with the file in use.
func (d *Directory) Snapshot() Snapshot {
	now := d.latest.Load()
	roster := d.config.Roster()
	if roster == now.roster {
		return now.snapshot
	}
	next := newEdition(now.register, roster)
	d.latest.CompareAndSwap(now, next) // unless somebody looked meanwhile
	return next.snapshot
}

// Fresh looks at the store again: the next [Directory.Snapshot] holds every
// change that was made before Fresh was called, wherever that was. With an error
// the last snapshot stays.
func (d *Directory) Fresh(ctx context.Context) error {
	_, err := d.look(ctx)
	return err
}

// Run looks at the store until ctx ends, so that what others changed is soon
// known here too. It returns nil.
func (d *Directory) Run(ctx context.Context) error {
	ticker := time.NewTicker(d.config.Every)
	defer ticker.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := d.lookSoon(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil && !away:
			d.config.Log.WarnContext(ctx, "register of officers cannot be read: the last copy is in use, officers must wait", "error", err)
		case err == nil && away:
			d.config.Log.InfoContext(ctx, "register of officers is read again")
		}
		away = err != nil
	}
}

func (d *Directory) lookSoon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookWait)
	defer cancel()
	return d.Fresh(ctx)
}

func (d *Directory) look(ctx context.Context) (register, error) {
	if err := d.take(ctx); err != nil {
		return register{}, err
	}
	defer d.give()
	_, r, err := d.read(ctx)
	return r, err
}

// read reads the register into use; the caller has the turn.
func (d *Directory) read(ctx context.Context) (raw []byte, r register, err error) {
	if raw, err = d.config.Safe.Value(ctx, RegisterName); err != nil {
		return nil, register{}, fmt.Errorf("read register of officers: %w", err)
	}
	if r, err = readRegister(raw); err != nil {
		return nil, register{}, err
	}
	d.use(r)
	return raw, r, nil
}

// change does something to the register, as it stands when it is written. do
// may be called more than once, and returns false if nothing is to be written.
func (d *Directory) change(ctx context.Context, do func(r *register) (bool, error)) error {
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	for range maxSwaps {
		raw, r, err := d.read(ctx)
		if err != nil {
			return err
		}
		next := r.clone()
		if changed, err := do(&next); err != nil || !changed {
			return err
		}
		next.tidy(d.config.Now())
		encoded, err := next.bytes()
		if err != nil {
			return err
		}
		swapped, err := d.config.Safe.Swap(ctx, RegisterName, raw, encoded)
		if err != nil {
			return fmt.Errorf("write register of officers: %w", err)
		}
		if swapped {
			d.use(next)
			return nil
		}
	}
	return ErrBusy
}

func (d *Directory) use(r register) { d.latest.Store(newEdition(r, d.config.Roster())) }

func newEdition(r register, roster Roster) *edition {
	return &edition{r, roster, newSnapshot(r, roster)}
}

func (d *Directory) take(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for register of officers: %w", ctx.Err())
	}
}

func (d *Directory) give() { <-d.turn }
