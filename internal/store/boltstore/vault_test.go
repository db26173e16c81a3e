package boltstore_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

func mustSwap(t *testing.T, s *boltstore.Store, old, next string) {
	t.Helper()
	if swapped, err := s.Swap(t.Context(), "token", []byte(old), []byte(next)); !swapped || err != nil {
		t.Fatalf("Swap = %v, %v", swapped, err)
	}
}

func mustHold(t *testing.T, s *boltstore.Store, holder string) {
	t.Helper()
	if held, err := s.Hold(t.Context(), "poll", holder, time.Minute); !held || err != nil {
		t.Fatalf("Hold = %v, %v", held, err)
	}
}

// A token that was replaced lies in free pages; compaction takes it out of the
// file and leaves the new one.
func TestCompactRemovesATokenThatWasReplaced(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := mustOpen(t, path, quiet)
	secret := []byte("khoá-của-tài-khoản")
	mustSwap(t, s, "", string(secret))
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, secret) {
		t.Fatalf("the test needs the secret in the file (%v)", err)
	}
	mustSwap(t, s, string(secret), "next")
	mustHold(t, s, "a")
	if _, _, err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, secret) {
		t.Errorf("the secret is still in the file (%v)", err)
	}
	mustSwap(t, s, "next", "next")
	if held, err := s.Hold(t.Context(), "poll", "b", time.Minute); held || err != nil {
		t.Errorf("Hold by another after the compaction = %v, %v, want it refused", held, err)
	}
}

// A damaged lease or token is told, without a word of it, and stands in nobody
// else's way.
func TestADamagedVaultIsTold(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	mustSwap(t, s, "", "secret")
	mustHold(t, s, "secret")
	for _, bucket := range []string{"value", "lease"} {
		if err := s.Corrupt(bucket, func(b []byte) []byte { b[len(b)-1] ^= 1; return b }); err != nil {
			t.Fatal(err)
		}
	}
	_, value := s.Value(t.Context(), "token")
	_, swap := s.Swap(t.Context(), "token", nil, nil)
	_, hold := s.Hold(t.Context(), "poll", "secret", time.Minute)
	_, sweep := s.Sweep(t.Context())
	for call, err := range map[string]error{
		"Value": value, "Swap": swap, "Hold": hold, "LetGo": s.LetGo(t.Context(), "poll", "secret"), "Sweep": sweep,
	} {
		if _, ok := errors.AsType[*boltstore.DamagedError](err); !ok || strings.Contains(err.Error(), "secre") {
			t.Errorf("%s = %v, want a DamagedError that quotes nothing", call, err)
		}
	}
	if held, err := s.Hold(t.Context(), "another", "a", time.Minute); !held || err != nil {
		t.Errorf("Hold of another = %v, %v", held, err)
	}
}

// An import that stays unfinished, or starts over, takes no token away.
func TestATokenOutlivesAnUnfinishedImport(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := mustOpen(t, path, quiet)
	mustSwap(t, s, "", "one")
	from, _ := opened(t)
	mustSave(t, from, record.Save{Chat: alice, Update: "1"})
	items := backupOf(t, from)
	if err := s.Import(t.Context(), upTo(items, 1)); !errors.Is(err, errTorn) {
		t.Fatalf("Import = %v, want the error of the file", err)
	}
	if _, err := s.Swap(t.Context(), "token", []byte("one"), []byte("two")); !isUnfinished(err) {
		t.Errorf("Swap in an unfinished import = %v, want an UnfinishedError", err)
	}
	if err := s.Import(t.Context(), upTo(items, len(items))); err != nil {
		t.Fatalf("Import again: %v", err)
	}
	mustSwap(t, s, "one", "two")
}

func isUnfinished(err error) bool {
	_, ok := errors.AsType[*boltstore.UnfinishedError](err)
	return ok
}
