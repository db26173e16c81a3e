package storetest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func lifeTests() []test {
	return []test{
		{name: "ACancelledContextChangesNothing", run: cancelled},
		{name: "AClosedStoreSaysSo", run: closed},
		{name: "P2/ReopeningKeepsEverything", run: reopening},
		{name: "TwinsShareEverything", run: twinsShare, needs: twins},
	}
}

// calls are all methods that ask the store for something.
func calls(ctx context.Context, s Store) map[string]func() error {
	return map[string]func() error{
		"Load": func() error { _, err := s.Load(ctx, chatS); return err },
		"Save": func() error {
			_, err := s.Save(ctx, record.Save{Chat: chatS, Update: "1", Way: record.Way{Push: true, Lease: true}})
			return err
		},
		"Pending": func() error { _, err := s.Pending(ctx, chatS); return err },
		"Ack":     func() error { return s.Ack(ctx, chatS, 1) },
		"Claim":   func() error { _, err := s.Claim(ctx, record.Lane(chatS), 1); return err },
		"Settle": func() error {
			_, err := s.Settle(ctx, record.Lease{Delivery: record.Delivery{Chat: chatS, Seq: 1}}, record.Settlement{Result: record.Sent})
			return err
		},
		"Release": func() error { return s.Release(ctx, record.Lease{Delivery: record.Delivery{Chat: chatS, Seq: 1}}) },
		"Take": func() error {
			_, _, err := s.Take(ctx, "b", record.Pace{Every: time.Second, Burst: 1}, 1)
			return err
		},
		"Work": func() error { _, err := s.Work(ctx, 1); return err },
		"Finish": func() error {
			l := record.Letter{ID: "00", From: chatS, Letter: bot.Letter{To: chatA}}
			return s.Finish(ctx, record.Work{Kind: record.WorkLetter, Letter: l}, record.Settlement{Result: record.Sent})
		},
		"Dead":      func() error { return s.Dead(ctx, func(record.Dead) error { return nil }) },
		"Revive":    func() error { return s.Revive(ctx, "00-1") },
		"Bury":      func() error { return s.Bury(ctx, "00-1") },
		"Counts":    func() error { _, err := s.Counts(ctx, day); return err },
		"FindCase":  func() error { _, err := s.FindCase(ctx, "0000001"); return err },
		"Ref":       func() error { _, err := s.Ref(ctx, chatS, "m"); return err },
		"Hold":      func() error { _, err := s.Hold(ctx, "n", "h", time.Hour); return err },
		"LetGo":     func() error { return s.LetGo(ctx, "n", "h") },
		"Value":     func() error { _, err := s.Value(ctx, "n"); return err },
		"Swap":      func() error { _, err := s.Swap(ctx, "n", nil, []byte("v")); return err },
		"Backlog":   func() error { _, err := s.Backlog(ctx, nil); return err },
		"Scheduled": func() error { return s.Scheduled(ctx, func(record.Case) error { return nil }) },
		"Space":     func() error { _, _, err := s.Space(ctx); return err },
		"Export":    func() error { return s.Export(ctx, func(record.Item) error { return nil }) },
		"Import": func() error {
			return s.Import(ctx, each([]record.Item{{Kind: record.ItemKey, Value: make([]byte, record.KeySize)}}))
		},
		"Retire": func() error { return s.Retire(ctx, "elsewhere") },
	}
}

func cancelled(t *testing.T, e *Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	key := e.Key("p")
	for name, call := range calls(ctx, e) {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	// None of it happened: neither the save, nor the move, nor another key.
	if got := load(t, e, chatS); got.Revision != 0 {
		t.Errorf("a cancelled save happened: %+v", got)
	}
	reopen(t, e)
	if !bytes.Equal(e.Key("p"), key) {
		t.Error("a cancelled import happened")
	}
	if got, _ := permitsOf(t, e, "b", record.Pace{Every: time.Second, Burst: 1}, 1); got != 1 {
		t.Error("a cancelled Take took")
	}
	wantHeld(t, e, "n", "another", time.Hour)
	wantValue(t, e, "n", "")
}

func closed(t *testing.T, e *Engine) {
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatalf("Close: %v", err)
	}
	for name, call := range calls(t.Context(), e) {
		if err := call(); !errors.Is(err, exchange.ErrClosed) {
			t.Errorf("%s: got %v, want ErrClosed", name, err)
		}
	}
}

func reopening(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one"), Out: replies("1", "2"), Day: day, Counts: []string{"c"}})
	ack(t, e, chatA, 1)
	chat, queue, counted := load(t, e, chatA), pending(t, e, chatA), counts(t, e, day)
	reopen(t, e)
	if got := load(t, e, chatA); !reflect.DeepEqual(got, chat) {
		t.Errorf("Load = %+v, want %+v", got, chat)
	}
	if got := pending(t, e, chatA); !reflect.DeepEqual(got, queue) {
		t.Errorf("Pending = %+v, want %+v", got, queue)
	}
	if got := counts(t, e, day); !reflect.DeepEqual(got, counted) {
		t.Errorf("Counts = %v, want %v", got, counted)
	}
	if got := save(t, e, record.Save{Chat: chatA, Revision: 1, Update: "1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of a taken update = %+v", got)
	}
}

// twinsShare does half of everything at one client and half at another.
func twinsShare(t *testing.T, e *Engine) {
	one, two := e.Store, e.Twin()
	w := pushing(t, e, chatS)
	c := open(e, code(t, e, chatS, 1))
	c.Due = e.Now()
	s := opens(c)
	s.State, s.Letters, s.Day, s.Counts = []byte("one"), letters(chatA, "letter"), day, []string{"c"}
	l := wantLease(t, w.save(record.Save{Out: replies("1", "2"), Way: record.Way{Lease: true}}).Lease, "1")
	w.save(s)
	e.Store = two
	wantClaimed(t, e, chatS)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "2")
	c.Chat = chatS
	wantCases(t, e, chatS, c)
	if got := load(t, e, chatS); got.Revision != 2 || string(got.State) != "one" || counts(t, e, day)["c"] != 1 {
		t.Errorf("Load = %+v, want what the other saved", got)
	}
	if got := save(t, e, record.Save{Chat: chatS, Revision: 2, Update: "u2"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of what the other took = %+v", got)
	}
	due := work(t, e, 9)
	if len(due) != 2 {
		t.Fatalf("Work = %+v, want the case and the letter", due)
	}
	e.Store = one
	wantWork(t, e)
	for _, w := range due {
		finish(t, e, w, failed("r"))
	}
	wantNone(t, settle(t, e, l, failed("r")))
	e.Store = two
	for id := range deads(t, e) {
		revive(t, e, id)
	}
	e.Store = one
	wantClaimed(t, e, chatS, "2")
	wantWork(t, e, "letter")
}
