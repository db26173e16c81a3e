package storetest

import (
	"bytes"
	"context"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func replies(texts ...string) []record.Outgoing {
	rs := make([]record.Outgoing, len(texts))
	for i, text := range texts {
		rs[i] = reply(text)
	}
	return rs
}

func texts(ds []record.Delivery) []string {
	var ts []string
	for _, d := range ds {
		ts = append(ts, d.Reply.Text)
	}
	return ts
}

func seqs(ds []record.Delivery) []uint64 {
	var ns []uint64
	for _, d := range ds {
		ns = append(ns, d.Seq)
	}
	return ns
}

func load(t testing.TB, e *Engine, chat bot.ChatID) record.Chat {
	t.Helper()
	c, err := e.Load(t.Context(), chat)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func save(t testing.TB, e *Engine, s record.Save) record.Saved {
	t.Helper()
	saved, err := e.Save(t.Context(), s)
	if err != nil {
		t.Fatalf("Save: %v", err)
	}
	return saved
}

// mustSave saves what must be neither a duplicate nor a conflict.
func mustSave(t testing.TB, e *Engine, s record.Save) {
	t.Helper()
	if got := save(t, e, s); got.Outcome != record.Done {
		t.Fatalf("Save of update %.20q = %+v, want it done", s.Update, got)
	}
}

func pending(t testing.TB, e *Engine, chat bot.ChatID) []record.Delivery {
	t.Helper()
	ds, err := e.Pending(t.Context(), chat)
	if err != nil {
		t.Fatalf("Pending: %v", err)
	}
	return ds
}

func ack(t testing.TB, e *Engine, chat bot.ChatID, upTo uint64) {
	t.Helper()
	if err := e.Ack(t.Context(), chat, upTo); err != nil {
		t.Fatalf("Ack: %v", err)
	}
}

func counts(t testing.TB, e *Engine, day string) map[string]uint64 {
	t.Helper()
	m, err := e.Counts(t.Context(), day)
	if err != nil {
		t.Fatalf("Counts: %v", err)
	}
	return m
}

// reopen stops the engine and starts it again over the same data.
func reopen(t failer, e *Engine) {
	t.Helper()
	s, err := e.Reopen()
	if err != nil {
		t.Fatalf("Reopen: %v", err)
	}
	e.Store = s
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

func sweep(t *testing.T, e *Engine) {
	t.Helper()
	if e.Sweep == nil {
		return // it expires by itself
	}
	if err := e.Sweep(t.Context()); err != nil {
		t.Fatalf("Sweep: %v", err)
	}
}

// stored returns everything that is stored, keys and values.
func stored(t *testing.T, e *Engine) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := e.Walk(func(key, value []byte) { all[string(key)] = string(value) }); err != nil {
		t.Fatalf("Walk: %v", err)
	}
	return all
}

func mustRelease(t testing.TB, e *Engine, l record.Lease) {
	t.Helper()
	if err := e.Release(t.Context(), l); err != nil {
		t.Fatalf("Release: %v", err)
	}
}

// deads returns every dead letter by its id.
func deads(t testing.TB, e *Engine) map[string]record.Dead {
	t.Helper()
	all := map[string]record.Dead{}
	err := e.Dead(t.Context(), func(d record.Dead) error {
		if _, ok := all[d.ID]; ok {
			t.Errorf("two dead letters have the id %q", d.ID)
		}
		all[d.ID] = d
		return nil
	})
	if err != nil {
		t.Fatalf("Dead: %v", err)
	}
	return all
}

func buryAll(t testing.TB, e *Engine) {
	t.Helper()
	for id := range deads(t, e) {
		if err := e.Bury(t.Context(), id); err != nil {
			t.Fatalf("Bury: %v", err)
		}
	}
}

// sameDelivery reports whether two deliveries would be stored alike.
func sameDelivery(a, b record.Delivery) bool {
	x, errX := record.Newest.EncodeDelivery(a)
	y, errY := record.Newest.EncodeDelivery(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// clients returns every way to the data that the engine offers at once.
func (e *Engine) clients() []Store {
	if e.Twin == nil {
		return []Store{e.Store}
	}
	return []Store{e.Store, e.Twin()}
}
