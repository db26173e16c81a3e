package boltstore_test

import (
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

var errTorn = errors.New("torn")

// backupOf returns what a store exports.
func backupOf(t *testing.T, s *boltstore.Store) (items []record.Item) {
	t.Helper()
	err := s.Export(t.Context(), func(i record.Item) error {
		items = append(items, i)
		return nil
	})
	if err != nil {
		t.Fatalf("Export: %v", err)
	}
	return items
}

// upTo yields the first n items, then an error if there are more.
func upTo(items []record.Item, n int) iter.Seq2[record.Item, error] {
	return func(yield func(record.Item, error) bool) {
		for _, i := range items[:n] {
			if !yield(i, nil) {
				return
			}
		}
		if n < len(items) {
			yield(record.Item{}, errTorn)
		}
	}
}

// many returns the backup of a store with more than an import commits at once.
func many(t *testing.T, chats int) []record.Item {
	t.Helper()
	s, _ := opened(t)
	for i := range chats {
		mustSave(t, s, record.Save{Chat: bot.ChatID{Chat: fmt.Sprint(i)}, Update: "1", State: []byte("s")})
	}
	return backupOf(t, s)
}

// An import that broke off leaves a store that does nothing until an import
// into it was completed.
func TestAnUnfinishedImportIsRefused(t *testing.T) {
	t.Parallel()
	const chats = 2500
	items := many(t, chats)
	path, options := newPath(t), quiet
	options.Now = newClock().now
	s := mustOpen(t, path, options)
	if err := s.Import(t.Context(), upTo(items, 2200)); !errors.Is(err, errTorn) {
		t.Fatalf("Import = %v, want the error of the file", err)
	}
	refused := func(name string, err error) {
		t.Helper()
		if unfinished, ok := errors.AsType[*boltstore.UnfinishedError](err); !ok || unfinished.Path != path {
			t.Errorf("%s = %v, want an UnfinishedError for %s", name, err, path)
		}
	}
	_, err := s.Load(t.Context(), alice)
	refused("Load", err)
	_, err = s.Save(t.Context(), record.Save{Chat: alice, Update: "1"})
	refused("Save", err)
	_, err = s.Claim(t.Context(), "telegram/main", 1)
	refused("Claim", err)
	refused("Export", s.Export(t.Context(), func(record.Item) error { return nil }))
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Errorf("Sweep: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = boltstore.Open(path, options)
	refused("Open", err)

	options.Unfinished = true
	s = mustOpen(t, path, options)
	_, err = s.Load(t.Context(), alice)
	refused("Load of a store opened to import again", err)
	if err := s.Import(t.Context(), upTo(items, 1200)); !errors.Is(err, errTorn) {
		t.Fatalf("the second Import = %v, want the error of the file", err)
	}
	// Less than before: nothing of the first may be left.
	if err := s.Import(t.Context(), upTo(items[:11], 11)); err != nil {
		t.Fatalf("the third Import: %v", err)
	}
	if n := keysOf(t, s, "chat"); n != 10 {
		t.Errorf("%d chats, want 10", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	options.Unfinished = false
	s = mustOpen(t, path, options)
	if err := s.Import(t.Context(), upTo(items, len(items))); !errors.Is(err, exchange.ErrNotEmpty) {
		t.Errorf("Import into a store that is complete = %v, want ErrNotEmpty", err)
	}
}

// An item that cannot be kept, or not for as long as it says, ends the import.
func TestAnImportRefusesOddItems(t *testing.T) {
	t.Parallel()
	key := record.Item{Kind: record.ItemKey, Value: make([]byte, record.KeySize)}
	chat := record.Newest.EncodeChat(record.Chat{Revision: 1})
	for name, item := range map[string]record.Item{
		"a chat without an end": {Kind: record.ItemChat, Value: chat},
		"a ref without an end":  {Kind: record.ItemRef, Value: []byte("ref")},
		"an unknown kind":       {Kind: "token", Value: []byte("secret")},
		"a second key":          key,
		"a count of no day":     {Kind: record.ItemCount, Day: "today", Counter: []byte("c"), N: 1},
	} {
		s, _ := opened(t)
		if err := s.Import(t.Context(), upTo([]record.Item{key, item}, 2)); err == nil {
			t.Errorf("Import of %s went well", name)
		}
		if _, ok := errors.AsType[*boltstore.UnfinishedError](loadErr(t, s)); !ok {
			t.Errorf("after %s the store is in use", name)
		}
	}
}

func loadErr(t *testing.T, s *boltstore.Store) error {
	t.Helper()
	_, err := s.Load(t.Context(), alice)
	return err
}

func TestAnImportOfManyPieces(t *testing.T) {
	t.Parallel()
	const chats = 2500
	items := many(t, chats)
	s, _ := opened(t)
	if err := s.Import(t.Context(), upTo(items, len(items))); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1000, chats - 1} {
		c, err := s.Load(t.Context(), bot.ChatID{Chat: fmt.Sprint(i)})
		if err != nil || c.Revision != 1 {
			t.Errorf("chat %d = %+v, %v", i, c, err)
		}
	}
	if n := keysOf(t, s, "chat"); n != chats {
		t.Errorf("%d chats, want %d", n, chats)
	}
}

// A dead letter keeps its id where a message that is restored would take it.
func TestRestoredMessagesTakeNoIds(t *testing.T) {
	t.Parallel()
	s, c := opened(t)
	mustSave(t, s, pushes("a", "1", 0, "dies"))
	settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Failed, Reason: "r"})
	c.advance(record.KeepChat)
	mustSave(t, s, pushes("a", "1", 0, "waits")) // in another life, under the same number
	to := mustOpen(t, newPath(t), boltstore.Options{Now: c.now, SweepEvery: -1})
	items := backupOf(t, s)
	if err := to.Import(t.Context(), upTo(items, len(items))); err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	err := to.Dead(t.Context(), func(d record.Dead) error {
		reasons[d.Delivery.Reply.Text] = d.Reason
		return nil
	})
	if err != nil || len(reasons) != 2 || reasons["dies"] != "r" || reasons["waits"] != record.ReasonRestored {
		t.Errorf("Dead = %v, %v", reasons, err)
	}
}

// A moved store can still be swept and backed up, so that what is in it ends.
func TestAMovedStoreIsSweptAndRead(t *testing.T) {
	t.Parallel()
	s, c := opened(t)
	mustSave(t, s, record.Save{Chat: alice, Update: "1", State: []byte("secret")})
	if err := s.Retire(t.Context(), "elsewhere"); err != nil {
		t.Fatal(err)
	}
	if got := backupOf(t, s); len(got) != 2 {
		t.Errorf("Export = %+v", got)
	}
	for name, err := range map[string]error{
		"Ack": s.Ack(t.Context(), alice, 1), "Retire": s.Retire(t.Context(), "again"),
		"Import": s.Import(t.Context(), upTo(nil, 0)),
	} {
		if moved, ok := errors.AsType[*exchange.MovedError](err); !ok || moved.To != "elsewhere" {
			t.Errorf("%s = %v, want a MovedError", name, err)
		}
	}
	c.advance(record.KeepChat)
	if _, _, err := s.Compact(t.Context()); err != nil {
		t.Errorf("Compact: %v", err)
	}
	wantNoText(t, s, "secret")
}
