package delivery_test

import (
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	alice = bot.ChatID{Channel: "web", Bot: "main", Chat: "alice"}
	bob   = bot.ChatID{Channel: "web", Bot: "main", Chat: "bob"}
)

func token(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestWatchersGetTokens(t *testing.T) {
	t.Parallel()
	p := delivery.NewPull(nil)
	one, stopOne := p.Watch(alice)
	two, stopTwo := p.Watch(alice)
	other, stopOther := p.Watch(bob)
	for name, c := range map[string]<-chan struct{}{"one": one, "two": two, "other": other} {
		if !token(c) || token(c) {
			t.Errorf("%s: want exactly one token to begin with", name)
		}
	}
	p.Wake(alice)
	p.Wake(alice) // nobody received: it does not block, and one token stands for both
	if !token(one) || token(one) || !token(two) || token(two) {
		t.Error("each watcher of the chat must get one token")
	}
	if token(other) {
		t.Error("another chat was woken")
	}
	stopOne()
	stopOne()
	p.Wake(alice)
	if token(one) || !token(two) {
		t.Error("a stopped watcher gets nothing, the other one goes on")
	}
	stopTwo()
	stopOther()
	p.Wake(alice)
	if n := p.Watchers(); n != 0 {
		t.Errorf("%d chats are still watched", n)
	}
}

// However saves and fetches interleave, whoever receives a token and then asks
// has seen everything in the end.
func TestNothingIsMissed(t *testing.T) {
	t.Parallel()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "x.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	p := delivery.NewPull(store)
	const n = 50
	var callers sync.WaitGroup
	callers.Go(func() {
		for i := range n {
			save := record.Save{Chat: alice, Revision: uint64(i), Update: string(rune('A' + i)), Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}}
			if saved, err := store.Save(t.Context(), save); err != nil || saved.Outcome != record.Done {
				t.Errorf("Save = %+v, %v", saved, err)
			}
			p.Wake(alice)
		}
	})
	changed, stop := p.Watch(alice)
	defer stop()
	for last := uint64(0); last < n; {
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("waiting at %d", last)
		}
		ds, err := p.Pending(t.Context(), alice)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			if d.Seq != last+1 {
				t.Fatalf("sequence %d after %d", d.Seq, last)
			}
			last = d.Seq
		}
		if err := p.Ack(t.Context(), alice, last); err != nil {
			t.Fatal(err)
		}
	}
	callers.Wait()
}
