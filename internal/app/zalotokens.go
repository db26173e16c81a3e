package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// The names in the safe.
const (
	zaloPair    = "zalo-oa/tokens"
	zaloRefresh = "zalo-oa/refresh"
)

// zaloTokenFile holds a copy of the account's tokens beside the store.
func zaloTokenFile(data string) string { return filepath.Join(data, "zalo-oa-token") }

// zaloVault keeps the pair of the account in a safe.
type zaloVault struct{ safe control.Safe }

// Load implements [zalooa.Vault].
func (v zaloVault) Load(ctx context.Context) (zalooa.Pair, error) {
	p, _, err := v.load(ctx)
	return p, err
}

// load returns the pair and the bytes it was stored as.
func (v zaloVault) load(ctx context.Context) (p zalooa.Pair, raw []byte, err error) {
	raw, err = v.safe.Value(ctx, zaloPair)
	if err != nil || raw == nil {
		return zalooa.Pair{}, nil, err
	}
	if json.Unmarshal(raw, &p) != nil {
		return zalooa.Pair{}, raw, fmt.Errorf("read zalo tokens: %w", record.ErrCorrupt) // the decoder's words may quote them
	}
	return p, raw, nil
}

// Swap implements [zalooa.Vault].
func (v zaloVault) Swap(ctx context.Context, old, next zalooa.Pair) (bool, error) {
	stored, raw, err := v.load(ctx)
	if err != nil || !stored.Same(old) {
		return false, err
	}
	encoded, err := json.Marshal(next)
	if err != nil {
		return false, fmt.Errorf("encode zalo tokens: %w", err)
	}
	return v.safe.Swap(ctx, zaloPair, raw, encoded)
}

// zaloTokens keeps the tokens of the account in the store, for all replicas.
type zaloTokens struct {
	zaloVault
	leases safe
	holder string
}

// Lock implements [zalooa.Tokens].
func (t zaloTokens) Lock(ctx context.Context, ttl time.Duration) (unlock func(), ok bool, err error) {
	ok, err = t.leases.Hold(ctx, zaloRefresh, t.holder, ttl)
	unlock = func() { _ = t.leases.LetGo(context.WithoutCancel(ctx), zaloRefresh, t.holder) } // it ends by itself
	return unlock, ok, err
}

// watched is a safe whose owner hears of what operators' commands put into it.
type watched struct {
	control.Safe
	changed func(name string)
}

// Swap implements [control.Safe].
func (w watched) Swap(ctx context.Context, name string, old, next []byte) (bool, error) {
	swapped, err := w.Safe.Swap(ctx, name, old, next)
	if swapped {
		w.changed(name)
	}
	return swapped, err
}

// ZaloKeep is the place where the account's tokens are kept, in the hands of an
// operator's command.
type ZaloKeep struct {
	// Live says that a running server has put them there and knows of it, Shared
	// that all servers over one Redis find them there.
	Live, Shared bool

	vault    zaloVault
	settings *config.Config
	close    func() error
}

// OpenZaloKeep finds that place as the servers of these settings know it: Redis,
// else the running server, else the store in a file, which is made if absent.
// Close lets go of it. The errors are to be told with [Explain].
func OpenZaloKeep(ctx context.Context, settings *config.Config, log *slog.Logger) (*ZaloKeep, error) {
	keep := &ZaloKeep{settings: settings}
	if settings.Redis != "" {
		store, err := openRedis(ctx, settings, log, false)
		if err != nil {
			return nil, err
		}
		keep.Shared, keep.vault.safe, keep.close = true, store, store.Close
		return keep, nil
	}
	client, err := control.Dial(ctx, socketFile(settings.Data))
	switch {
	case err == nil:
		keep.Live, keep.vault.safe = true, client
		keep.close = func() error { client.Close(); return nil }
		return keep, nil
	case !errors.Is(err, control.ErrNotRunning):
		return nil, dialProblem(settings.Data, err)
	}
	if err := os.MkdirAll(settings.Data, 0o700); err != nil {
		return nil, dataProblem(settings.Data, err)
	}
	name := storeFile(settings.Data)
	store, err := boltstore.Open(name, boltstore.Options{Log: log, SweepEvery: -1})
	if err != nil {
		return nil, openProblem(settings.Data, name, err)
	}
	keep.vault.safe, keep.close = store, store.Close
	return keep, nil
}

// Check reports whether a pair could be kept now.
func (k *ZaloKeep) Check(ctx context.Context) error {
	_, err := k.vault.Load(ctx)
	return err
}

// Put makes fresh the pair that counts, whatever was kept before. Whoever
// refreshes at the same moment finds his pair outdated.
func (k *ZaloKeep) Put(ctx context.Context, fresh zalooa.Pair) error {
	oa := k.settings.ZaloOA
	configured := zalooa.Pair{Access: oa.AccessToken, Refresh: oa.RefreshToken}
	return zalooa.Keep(ctx, k.vault, zaloTokenFile(k.settings.Data), configured, fresh)
}

// Close lets go of the place.
func (k *ZaloKeep) Close() error { return k.close() }
