package storetest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func chatTests() []test {
	return []test{
		{name: "AnUnknownChatIsEmpty", run: unknownChat},
		{name: "ASaveIsLoaded", run: saveIsLoaded},
		{name: "AnOldRevisionConflicts", run: oldRevisionConflicts},
		{name: "P3/ADuplicateChangesNothing", run: duplicateChangesNothing},
		{name: "RefusesWhatCanNeverBeStored", run: refusesInvalid},
		{name: "AnySizeOfValue", run: anySize},
		{name: "AnyCharacterInAnId", run: anyID},
		{name: "CountsAddUp", run: countsAddUp},
		{name: "MarksEndByTime", run: marksEnd},
	}
}

func unknownChat(t *testing.T, e *Engine) {
	if got := load(t, e, chatA); !reflect.DeepEqual(got, record.Chat{}) {
		t.Errorf("Load = %+v, want the zero chat", got)
	}
	if got := pending(t, e, chatA); len(got) != 0 {
		t.Errorf("Pending = %v, want none", got)
	}
	if err := e.Ack(t.Context(), chatA, 7); err != nil {
		t.Errorf("Ack: %v", err)
	}
}

func saveIsLoaded(t *testing.T, e *Engine) {
	want := record.Save{Chat: chatA, Update: "1", State: []byte("one"), Out: replies("r1", "r2")}
	if got := save(t, e, want); got != (record.Saved{Outcome: record.Done, Revision: 1, LastSeq: 2}) {
		t.Errorf("Save = %+v", got)
	}
	got := load(t, e, chatA)
	if got.Revision != 1 || got.LastSeq != 2 || string(got.State) != "one" || len(got.Seen) != 1 {
		t.Errorf("Load = %+v", got)
	}
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2"})
	if got := load(t, e, chatA); got.Revision != 2 || len(got.State) != 0 || len(got.Seen) != 2 {
		t.Errorf("after an empty save Load = %+v", got)
	}
}

func oldRevisionConflicts(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one")})
	for _, revision := range []uint64{0, 2, 1 << 40} {
		stale := record.Save{Chat: chatA, Revision: revision, Update: "2", State: []byte("x"), Out: replies("x"), Day: day, Counts: []string{"x"}, Forget: true}
		if got := save(t, e, stale); got.Outcome != record.Conflict || got.Revision != 1 {
			t.Errorf("Save with revision %d = %+v, want a conflict with 1", revision, got)
		}
	}
	if got := load(t, e, chatA); got.Revision != 1 || string(got.State) != "one" {
		t.Errorf("a conflict changed the chat: %+v", got)
	}
	if got := pending(t, e, chatA); len(got) != 0 {
		t.Errorf("a conflict queued %v", got)
	}
	if got := counts(t, e, day); len(got) != 0 {
		t.Errorf("a conflict counted %v", got)
	}
	// Neither is the update marked as taken.
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2"})
}

func duplicateChangesNothing(t *testing.T, e *Engine) {
	first := record.Save{Chat: chatA, Update: "1", State: []byte("one"), Out: replies("r"), Day: day, Counts: []string{"c"}}
	mustSave(t, e, first)
	for _, revision := range []uint64{0, 1, 9} { // seen is looked at before the revision
		again := first
		again.Revision, again.State, again.Forget = revision, []byte("x"), true
		if got := save(t, e, again); got.Outcome != record.Duplicate {
			t.Errorf("Save with revision %d = %+v, want a duplicate", revision, got)
		}
	}
	if got := load(t, e, chatA); got.Revision != 1 || string(got.State) != "one" || len(got.Seen) != 1 {
		t.Errorf("a duplicate changed the chat: %+v", got)
	}
	if got := pending(t, e, chatA); len(got) != 1 {
		t.Errorf("a duplicate changed the queue: %v", got)
	}
	if got := counts(t, e, day); got["c"] != 1 {
		t.Errorf("a duplicate counted: %v", got)
	}
	// The same id in another chat is another update.
	mustSave(t, e, record.Save{Chat: bot.ChatID{Channel: "web", Bot: "main", Chat: "b"}, Update: "1"})
}

func refusesInvalid(t *testing.T, e *Engine) {
	for name, s := range map[string]record.Save{
		"no update":   {Chat: chatA},
		"no day":      {Chat: chatA, Update: "1", Counts: []string{"c"}},
		"large state": {Chat: chatA, Update: "1", State: make([]byte, record.MaxState+1)},
	} {
		if got, err := e.Save(t.Context(), s); err == nil {
			t.Errorf("%s: Save = %+v, want an error", name, got)
		}
	}
}

func anySize(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	for i, size := range []int{0, 1, 1 << 20} {
		text := strings.Repeat("ệ", size/3) + strings.Repeat("x", size%3)
		state := bytes.Repeat([]byte{0, 255}, size/2)
		mustSave(t, e, record.Save{Chat: chatA, Revision: uint64(i), Update: text + "u", State: state, Out: replies(text)})
		if got := load(t, e, chatA).State; !bytes.Equal(got, state) {
			t.Errorf("state of %d bytes came back with %d", len(state), len(got))
		}
		got := pending(t, e, chatA)
		if len(got) != i+1 || got[i].Reply.Text != text {
			t.Errorf("reply of %d bytes did not come back", size)
		}
		l := w.hand(reply(text))
		for _, settlement := range []record.Settlement{progressed(1, text[:min(size, record.MaxNote)]), later(0)} {
			if l == nil || l.Delivery.Reply.Text != text {
				t.Fatalf("message of %d bytes was not leased", size)
			}
			l = settle(t, e, *l, settlement)
		}
		wantNone(t, settle(t, e, take(t, e, chatS), record.Settlement{Result: record.Sent}))
	}
}

func anyID(t *testing.T, e *Engine) {
	ids := oddChats()
	for i, id := range ids {
		// The update ids are as wild, and equal in every chat.
		mustSave(t, e, record.Save{Chat: id, Update: "u\x00{:}\n", State: []byte{byte(i)}, Out: replies(id.Chat)})
	}
	for i, id := range ids {
		if got := load(t, e, id); !bytes.Equal(got.State, []byte{byte(i)}) || got.Revision != 1 {
			t.Errorf("chat %q came back as %+v", id, got)
		}
		if got := pending(t, e, id); len(got) != 1 || got[0].Chat != id {
			t.Errorf("queue of %q holds %+v, want one delivery for it", id, got)
		}
	}
}

func countsAddUp(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Day: day, Counts: []string{"a", "a", "b:{}\n", "a"}})
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2", Day: day, Counts: []string{"a"}})
	mustSave(t, e, record.Save{Chat: chatA, Revision: 2, Update: "3", Day: "2026-11-22", Counts: []string{"a"}})
	if got, want := counts(t, e, day), (map[string]uint64{"a": 4, "b:{}\n": 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("Counts = %v, want %v", got, want)
	}
	if got, want := counts(t, e, "2026-11-22"), (map[string]uint64{"a": 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("Counts of the next day = %v, want %v", got, want)
	}
	if got := counts(t, e, "2026-11-2"); len(got) != 0 && got["1a"] == 0 {
		t.Errorf("Counts of no day = %v", got)
	}
}

func marksEnd(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1"})
	e.Advance(record.KeepSeen - time.Second)
	if got := save(t, e, record.Save{Chat: chatA, Revision: 1, Update: "1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save = %+v a second before the mark ends", got)
	}
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2"}) // the chat itself lives on
	e.Advance(time.Second)
	mustSave(t, e, record.Save{Chat: chatA, Revision: 2, Update: "1"})
	if got := load(t, e, chatA); len(got.Seen) != 2 {
		t.Errorf("%d marks are left, want 2", len(got.Seen))
	}
}
