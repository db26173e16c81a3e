package boltstore_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

var (
	// A process that another test is just starting holds every open file, and so
	// its lock, for a moment.
	quiet = boltstore.Options{SweepEvery: -1, LockWait: 2 * time.Second}
	alice = bot.ChatID{Channel: "web", Bot: "main", Chat: "alice"}
)

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "doithoai.db") }

// filled makes a closed store with n chats.
func filled(t *testing.T, n int) (path string) {
	t.Helper()
	path = newPath(t)
	s := mustOpen(t, path, quiet)
	for i := range n {
		chat := bot.ChatID{Channel: "web", Chat: fmt.Sprint(i)}
		if _, err := s.Save(t.Context(), record.Save{Chat: chat, Update: "1", State: []byte(strings.Repeat("x", 500)), Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASecondOpenIsRefused(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	first := mustOpen(t, path, quiet)
	start := time.Now()
	_, err := boltstore.Open(path, quiet)
	if inUse, ok := errors.AsType[*boltstore.InUseError](err); !ok || inUse.Path != path {
		t.Errorf("Open = %v, want an InUseError for %s", err, path)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the refusal took %v", took)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path, quiet)
}

func TestTheFileIsPrivate(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(filled(t, 1))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

func TestDamageIsToldAtOpen(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, path string){
		"not a store": func(t *testing.T, path string) {
			rewrite(t, path, func([]byte) []byte { return []byte("Kính gửi…") })
		},
		"text of some pages": func(t *testing.T, path string) {
			rewrite(t, path, func([]byte) []byte { return []byte(strings.Repeat("Kính gửi", 9000)) })
		},
		"cut to two pages":   func(t *testing.T, path string) { cut(t, path, 2*4096) },
		"cut in the middle":  func(t *testing.T, path string) { cut(t, path, 20*4096) },
		"both heads gone":    func(t *testing.T, path string) { rewrite(t, path, zero(0, 2*4096)) },
		"zeroes inside":      func(t *testing.T, path string) { rewrite(t, path, zero(4*4096, 40*4096)) },
		"one bit of a value": func(t *testing.T, path string) { rewrite(t, path, flip("xxxxxxxx")) },
		"noise inside": func(t *testing.T, path string) {
			rewrite(t, path, func(b []byte) []byte {
				for i := 4 * 4096; i < 40*4096; i++ {
					b[i] = byte(i * 7)
				}
				return b
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filled(t, 200)
			damage(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := boltstore.Open(path, quiet)
			if err == nil {
				_ = s.Close()
			}
			if damaged, ok := errors.AsType[*boltstore.DamagedError](err); !ok || damaged.Path != path {
				t.Fatalf("Open = %v, want a DamagedError for %s", err, path)
			}
			if strings.Contains(err.Error(), "xxxx") {
				t.Errorf("the error quotes what is stored: %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the damaged file was changed (%v)", err)
			}
			// The lock is free again, so that a restore can work.
			if _, err := boltstore.Open(path, quiet); err == nil {
				t.Error("a second Open succeeded")
			} else if _, ok := errors.AsType[*boltstore.InUseError](err); ok {
				t.Error("the damaged file stays locked")
			}
		})
	}
}

// bbolt writes its head twice in turn: one torn head loses at most the commit
// that tore it, and the store opens.
func TestOneTornHeadIsSurvived(t *testing.T) {
	t.Parallel()
	for page := range 2 {
		path := filled(t, 20)
		rewrite(t, path, zero(page*4096, (page+1)*4096))
		mustOpen(t, path, quiet)
	}
}

func TestDamageIsToldWhenRead(t *testing.T) {
	t.Parallel()
	for _, bucket := range []string{"chat", "queue", "count"} {
		s := mustOpen(t, newPath(t), quiet)
		save := record.Save{Chat: alice, Update: "1", Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}, Day: "2026-11-21", Counts: []string{"c"}}
		if _, err := s.Save(t.Context(), save); err != nil {
			t.Fatal(err)
		}
		if err := s.Corrupt(bucket, func(v []byte) []byte { v[len(v)-1]++; return v }); err != nil {
			t.Fatal(err)
		}
		_, loadErr := s.Load(t.Context(), alice)
		_, pendingErr := s.Pending(t.Context(), alice)
		_, countsErr := s.Counts(t.Context(), "2026-11-21")
		_, saveErr := s.Save(t.Context(), record.Save{Chat: alice, Revision: 1, Update: "2", Day: "2026-11-21", Counts: []string{"c"}})
		for name, test := range map[string]struct {
			err  error
			want bool
		}{
			"Load": {loadErr, bucket == "chat"}, "Pending": {pendingErr, bucket == "queue"},
			"Counts": {countsErr, bucket == "count"}, "Save": {saveErr, bucket != "queue"},
		} {
			if _, ok := errors.AsType[*boltstore.DamagedError](test.err); ok != test.want {
				t.Errorf("%s with a damaged value in %s: got %v", name, bucket, test.err)
			}
		}
		// Other chats go on, and the sweeper gets past it.
		if _, err := s.Save(t.Context(), record.Save{Chat: bot.ChatID{Chat: "b"}, Update: "1"}); err != nil {
			t.Errorf("another chat: %v", err)
		}
		if _, err := s.Sweep(t.Context()); err != nil && bucket != "count" {
			t.Errorf("Sweep: %v", err)
		}
	}
}

func TestALaterFormatIsRefused(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := mustOpen(t, path, quiet)
	if err := errors.Join(s.Format(binary.BigEndian.AppendUint64(nil, uint64(record.Newest)+1)), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := boltstore.Open(path, quiet)
	if format, ok := errors.AsType[*boltstore.FormatError](err); !ok || format.Have != uint64(record.Newest)+1 {
		t.Errorf("Open = %v, want a FormatError", err)
	}
}

func TestNoFolderNoStore(t *testing.T) {
	t.Parallel()
	if _, err := boltstore.Open(filepath.Join(t.TempDir(), "none", "x.db"), quiet); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open = %v, want ErrNotExist", err)
	}
}

func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func cut(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func zero(from, to int) func([]byte) []byte {
	return func(b []byte) []byte {
		clear(b[from:to])
		return b
	}
}

// flip changes one bit where the text is stored, wherever that is.
func flip(text string) func([]byte) []byte {
	return func(b []byte) []byte {
		for i := 0; i+len(text) < len(b); i++ {
			if string(b[i:i+len(text)]) == text {
				b[i] ^= 1 // in every copy, free pages too
				i += len(text)
			}
		}
		return b
	}
}
