package exchange_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// copyOf is the chat of the copy of the first thing in a message of alice's.
func copyOf(id string) bot.ChatID {
	key := record.MediaKey([]byte("the store's own"), alice, id, 0)
	return bot.ChatID{Channel: bot.MediaChannel, Bot: alice.Channel, Chat: key}
}

func photo(id string) bot.Message {
	return bot.Message{Chat: alice, ID: id, Kind: bot.KindOther, At: noon, Attachments: []bot.Attachment{
		{Kind: bot.AttachPhoto, Source: "FILE-7", Name: "a.jpg"}, {Kind: bot.AttachSticker, Source: "FILE-8"}, {Kind: bot.AttachVoice},
	}}
}

// errands are what waits to be done about a copy.
func (b *bench) errands(t *testing.T, chat bot.ChatID) (kinds []bot.ReplyKind) {
	t.Helper()
	ds, err := b.store.Pending(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		kinds = append(kinds, d.Reply.Kind)
	}
	return kinds
}

// What can be kept gets its key before the decision, and one errand however
// often the message comes.
func TestWhatComesWithAMessageIsFetched(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen [][]bot.Attachment
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, m.Attachments)
		return answer(conv, m, now)
	}, nil)
	for range 3 {
		if err := b.Handle(t.Context(), photo("1")); err != nil {
			t.Fatal(err)
		}
	}
	chat := copyOf("1")
	b.work(t, b.store, func() bool { return len(b.errands(t, chat)) > 0 })
	if got := b.errands(t, chat); !slices.Equal(got, []bot.ReplyKind{bot.ReplyFetch}) {
		t.Errorf("errands %q, want one fetch", got)
	}
	ds, err := b.store.Pending(t.Context(), chat)
	if err != nil || len(ds) != 1 {
		t.Fatalf("%d deliveries, %v", len(ds), err)
	}
	want := bot.Attachment{Kind: bot.AttachPhoto, Key: chat.Chat, Source: "FILE-7", Name: "a.jpg"}
	if got := ds[0].Reply.Attachments; len(got) != 1 || got[0] != want {
		t.Errorf("to be fetched: %+v, want %+v", got, want)
	}
	for _, got := range seen {
		if len(got) != 3 || got[0] != want || got[1].Key != "" || got[2].Key != "" {
			t.Errorf("decided on %+v, want a key for the photo alone", got)
		}
	}
}

// Letters may overtake each other: what was to be deleted is not fetched after it.
func TestADroppedCopyIsNotFetchedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, nil)
	chat := copyOf("1")
	letter := func(id string, l bot.Letter) {
		t.Helper()
		if err := b.Handle(t.Context(), bot.Message{Chat: chat, ID: id, Kind: bot.KindLetter, At: noon, Letter: &l}); err != nil {
			t.Fatal(err)
		}
	}
	fetch := bot.FetchMedia(alice.Channel, bot.Attachment{Kind: bot.AttachPhoto, Key: chat.Chat, Source: "FILE-7"})
	for _, step := range []struct {
		id     string
		letter bot.Letter
		want   []bot.ReplyKind
	}{
		{"1", fetch, []bot.ReplyKind{bot.ReplyFetch}},
		{"2", bot.KeepMedia(alice.Channel, chat.Chat), []bot.ReplyKind{bot.ReplyFetch, bot.ReplyKeep}},
		{"3", bot.DropMedia(alice.Channel, chat.Chat), []bot.ReplyKind{bot.ReplyDrop}},
		{"4", fetch, []bot.ReplyKind{bot.ReplyDrop}},
		{"5", bot.KeepMedia(alice.Channel, chat.Chat), []bot.ReplyKind{bot.ReplyDrop}},
	} {
		if step.letter.To != chat {
			t.Fatalf("a letter to %v, want the chat of the copy", step.letter.To)
		}
		letter(step.id, step.letter)
		if got := b.errands(t, chat); !slices.Equal(got, step.want) {
			t.Errorf("after letter %s: errands %q, want %q", step.id, got, step.want)
		}
	}
}

// Without a key of the store nothing is named, and nothing fetched.
func TestNoCopiesWithoutAKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, nil)
	x, err := exchange.New(b.store, exchange.Talking(decide(func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		if m.Attachments[0].Key != "" {
			t.Errorf("got a key")
		}
		return answer(conv, m, now)
	})), exchange.Config{Apology: apology})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Handle(t.Context(), photo("1")); err != nil {
		t.Fatal(err)
	}
	list, err := b.store.Work(t.Context(), 10)
	if err != nil || len(list) != 0 {
		t.Errorf("work %v, %v", list, err)
	}
}
