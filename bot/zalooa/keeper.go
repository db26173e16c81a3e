package zalooa

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	// lockTime outlives a refresh with all its waiting.
	lockTime = 60 * time.Second
	// refreshTime bounds a refresh, whoever gave up waiting for it: a program that
	// stops waits for it.
	refreshTime = 12 * time.Second
	// lookEvery is how often the store is asked for a newer pair, and so how soon
	// a login is noticed.
	lookEvery = time.Minute
	// lookSoon is that while nothing can be sent and another replica refreshes.
	lookSoon = 300 * time.Millisecond
	// refusedRest is how long a refused refresh is left alone.
	refusedRest = time.Hour
	// lostRest is how long a refresh without an answer is left alone.
	lostRest = 30 * time.Second
)

// keeper holds the pair in use. One goroutine, that of Run, refreshes it; others
// read it, and tell when it was refused.
type keeper struct {
	tokens Tokens
	file   string
	seed   Pair
	oauth  *oauth
	log    *slog.Logger
	now    func() time.Time

	looks chan struct{} // asks Run to look at once

	mu      sync.Mutex
	pair    Pair
	bad     string        // access token that Zalo refused
	changed chan struct{} // closed when pair changes
	trouble error         // why the pair cannot be renewed, nil if it can
	rest    time.Time     // no refresh before
}

func newKeeper(cfg Config, o *oauth, log *slog.Logger) *keeper {
	return &keeper{
		tokens: cfg.Tokens, file: cfg.TokenFile, seed: Pair{Access: cfg.AccessToken, Refresh: cfg.RefreshToken},
		oauth: o, log: log, now: cfg.Now, looks: make(chan struct{}, 1), changed: make(chan struct{}),
	}
}

// access returns the token for calls; false if there is none that may work.
func (k *keeper) access() (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pair.Access, k.pair.Access != "" && k.pair.Access != k.bad
}

// health returns why the pair cannot be renewed, or nil.
func (k *keeper) health() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble
}

// adopt makes p the pair in use.
func (k *keeper) adopt(p Pair) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pair.Same(p) {
		return
	}
	k.pair, k.rest = p, time.Time{}
	if p.Access != k.bad {
		k.trouble = nil
	}
	close(k.changed)
	k.changed = make(chan struct{})
}

func (k *keeper) current() Pair {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pair
}

func (k *keeper) failed(err error, rest time.Duration) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trouble, k.rest = err, k.now().Add(rest)
	return err
}

// look asks for a tick at once.
func (k *keeper) look() {
	select {
	case k.looks <- struct{}{}:
	default: // it is asked for already
	}
}

// replaced waits for another token than one that Zalo refused: first the store
// is asked, for another replica may have refreshed, then Run. False if ctx ends
// before there is one.
func (k *keeper) replaced(ctx context.Context, refused string) (string, bool) {
	if p, err := k.tokens.Load(ctx); err == nil && p.Number > k.current().Number {
		k.adopt(p)
	}
	for {
		k.mu.Lock()
		access, changed, broken := k.pair.Access, k.changed, k.trouble
		if access == refused {
			k.bad = refused
		}
		k.mu.Unlock()
		if access != refused && access != "" {
			return access, true
		}
		if errors.Is(broken, ErrLogin) {
			return "", false
		}
		k.look()
		select {
		case <-changed:
		case <-ctx.Done():
			return "", false
		}
	}
}

// tick brings the pair up to date and refreshes it when it is time. An error is
// new trouble, to be told.
func (k *keeper) tick(ctx context.Context) error {
	stored, err := k.tokens.Load(ctx)
	if err != nil {
		k.fallBack()
		return fmt.Errorf("load tokens: %w", err)
	}
	best := k.pick(stored)
	if !best.Same(stored) {
		if ok, err := k.tokens.Swap(ctx, stored, best); err != nil {
			k.adopt(best)
			return fmt.Errorf("store tokens: %w", err)
		} else if !ok {
			return nil // somebody else did; the next tick sees it
		}
	}
	k.adopt(best)
	if best.Refresh == "" {
		return k.failed(ErrLogin, 0)
	}
	if !k.due(best) {
		return nil
	}
	return k.refresh(ctx, best)
}

// pick tells which pair counts. Once one is in use, only a later one replaces it.
func (k *keeper) pick(stored Pair) Pair {
	if mine := k.current(); mine.Number > 0 {
		if mine.Number > stored.Number {
			return mine // what could not be stored, or was lost there
		}
		return stored
	}
	return choose(stored, readCopy(k.file), k.seed)
}

// fallBack uses the copy while the store does not answer at the start.
func (k *keeper) fallBack() {
	if k.current().Number == 0 {
		if local := readCopy(k.file); local.Number > 0 {
			k.adopt(local)
		}
	}
}

// due reports whether to refresh now: at four fifths of a token's life, when its
// age is not known, or when Zalo refuses it.
func (k *keeper) due(p Pair) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if now.Before(k.rest) {
		return false
	}
	return p.Access == "" || p.Access == k.bad || p.Issued.IsZero() ||
		!now.Before(p.Issued.Add(p.Expires.Sub(p.Issued)*4/5))
}

// wait tells how long until the next tick.
func (k *keeper) wait() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pair.Access != "" && k.pair.Access == k.bad && !k.now().Before(k.rest) {
		return lookSoon
	}
	return lookEvery
}

// refresh exchanges old for the next pair: alone among all replicas, and not
// interrupted by whoever no longer waits.
func (k *keeper) refresh(ctx context.Context, old Pair) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTime)
	defer cancel()
	unlock, ok, err := k.tokens.Lock(ctx, lockTime)
	if err != nil {
		return fmt.Errorf("lock tokens: %w", err)
	}
	if !ok {
		return nil // somebody else is at it
	}
	defer unlock()
	stored, err := k.tokens.Load(ctx)
	if err != nil {
		return fmt.Errorf("load tokens: %w", err)
	}
	if stored.Number > old.Number || stored.Number == old.Number && !stored.Same(old) {
		k.adopt(stored)
		return nil
	}
	next, err := k.oauth.refresh(ctx, old.Refresh)
	if err != nil {
		return k.notRefreshed(err)
	}
	next.Number, next.Seeds = old.Number+1, old.Seeds
	return k.keep(ctx, stored, next)
}

func (k *keeper) notRefreshed(err error) error {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return k.failed(fmt.Errorf("%w (%w)", ErrLogin, refused), refusedRest)
	}
	return k.failed(fmt.Errorf("%w: %w", errLost, err), lostRest)
}

// keep saves a pair before it is used: in the file, then in the store. One of
// the two is enough to go on with; without either it is used all the same,
// because the pair before it is dead.
func (k *keeper) keep(ctx context.Context, stored, next Pair) error {
	copied := writeCopy(k.file, next)
	ok, err := k.tokens.Swap(ctx, stored, next)
	if err == nil && !ok {
		// Somebody logged in meanwhile: theirs is the later consent.
		if p, err := k.tokens.Load(ctx); err == nil && p.Number >= next.Number {
			k.adopt(p)
			return nil
		}
	}
	k.adopt(next)
	if err != nil {
		return errors.Join(fmt.Errorf("store new tokens: %w", err), copied)
	}
	return copied
}

// ErrLogin says that only a new consent brings the account back.
var ErrLogin = errors.New("cần đăng nhập lại Zalo OA: chạy «doithoai zalo login»")

// errLost says that nobody knows whether the refresh token has been used up.
var errLost = errors.New("the answer to a token refresh was lost: if the next try is refused, run «doithoai zalo login»")
