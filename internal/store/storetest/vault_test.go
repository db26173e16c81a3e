package storetest

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// vault is the model of what is held and kept under names.
type vault struct {
	leases map[string]modelHold
	values map[string][]byte
}

type modelHold struct {
	holder string
	until  time.Time
	ttl    time.Duration
}

func newVault() vault { return vault{map[string]modelHold{}, map[string][]byte{}} }

func (v vault) walk(now time.Time, show func(key, value []byte)) {
	for name, h := range v.leases {
		if h.until.After(now) {
			show([]byte("lease "+name), []byte(h.holder))
		}
	}
	for name, value := range v.values {
		show([]byte("value "+name), value)
	}
}

// open locks the store for a change of its vault. The caller unlocks.
func (s *memory) open(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if s.moved != "" {
		defer s.mu.Unlock()
		return &exchange.MovedError{To: s.moved}
	}
	return nil
}

func (s *memory) Hold(ctx context.Context, name, holder string, ttl time.Duration) (bool, error) {
	if err := record.CheckHold(holder, ttl); err != nil {
		return false, fmt.Errorf("hold: %w", err)
	}
	if err := s.open(ctx); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	h := s.vault.leases[name]
	if latest := s.m.now.Add(h.ttl); h.until.After(latest) {
		h.until = latest
	}
	if h.holder == holder || !h.until.After(s.m.now) {
		s.vault.leases[name] = modelHold{holder, s.m.now.Add(ttl), ttl}
		return true, nil
	}
	s.vault.leases[name] = h
	return false, nil
}

func (s *memory) LetGo(ctx context.Context, name, holder string) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.vault.leases[name].holder == holder {
		delete(s.vault.leases, name)
	}
	return nil
}

func (s *memory) Value(ctx context.Context, name string) ([]byte, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return bytes.Clone(s.vault.values[name]), nil
}

func (s *memory) Swap(ctx context.Context, name string, old, next []byte) (bool, error) {
	if err := record.CheckKept(next); err != nil {
		return false, fmt.Errorf("swap: %w", err)
	}
	if err := s.open(ctx); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	switch {
	case !bytes.Equal(s.vault.values[name], old):
		return false, nil
	case len(next) == 0:
		delete(s.vault.values, name)
	default:
		s.vault.values[name] = bytes.Clone(next)
	}
	return true, nil
}
