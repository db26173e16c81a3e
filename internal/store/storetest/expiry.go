package storetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func expiryTests() []test {
	return []test{
		{name: "P7/ForgetLeavesOnlyTheRing", run: forget},
		{name: "P7/AChatExpires", run: chatExpires},
		{name: "P7/DeliveriesExpire", run: deliveriesExpire},
		{name: "P7/CountsExpire", run: countsExpire},
		{name: "P7/SweepingLeavesNothing", run: sweepLeavesNothing},
		{name: "SweepingKeepsWhatLives", run: sweepKeeps},
		{name: "P7/AClockThatRanAheadIsMended", run: clockAhead, needs: mended},
		{name: "AClockSetBackLosesNothing", run: clockBack},
	}
}

func forget(t *testing.T, e *Engine) {
	const secret = "nhà tôi ở xóm Trũng"
	who := bot.ChatID{Channel: "web", Bot: "main", Chat: "người-này"}
	empty := stored(t, e)
	mustSave(t, e, record.Save{Chat: who, Update: secret, State: []byte(secret), Out: replies(secret, secret)})
	mustSave(t, e, record.Save{Chat: who, Revision: 1, Update: "2", State: []byte(secret), Out: replies(secret)})
	mustSave(t, e, record.Save{Chat: who, Revision: 2, Update: "3", Forget: true, Out: replies("tạm biệt")})

	if got := load(t, e, who); got.Revision != 3 || len(got.State) != 0 || len(got.Seen) != 3 {
		t.Errorf("Load = %+v, want nothing but revision and three marks", got)
	}
	goodbye := pending(t, e, who)
	if !slices.Equal(texts(goodbye), []string{"tạm biệt"}) || goodbye[0].Seq != 4 {
		t.Errorf("Pending = %+v, want the goodbye with sequence 4", goodbye)
	}
	if got := save(t, e, record.Save{Chat: who, Revision: 3, Update: secret}); got.Outcome != record.Duplicate {
		t.Errorf("Save of an update from before = %+v, want a duplicate", got)
	}
	ack(t, e, who, 4)
	left := stored(t, e)
	values := 0
	for key, value := range left {
		if _, ok := empty[key]; ok {
			continue
		}
		if value != "" {
			values++
		}
		for _, piece := range []string{secret, "người-này", "tạm biệt"} {
			if strings.Contains(key, piece) || strings.Contains(value, piece) {
				t.Errorf("key %q still holds %q", key, piece)
			}
		}
	}
	if values != 1 {
		t.Errorf("%d values are left, want the ring alone", values)
	}
}

func chatExpires(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one"), Out: replies("1", "2", "of the old life")})
	e.Advance(record.KeepChat - time.Second)
	if got := load(t, e, chatA); got.Revision != 1 {
		t.Errorf("a second before its end Load = %+v", got)
	}
	e.Advance(time.Second)
	if got := load(t, e, chatA); !reflect.DeepEqual(got, record.Chat{}) { // nobody swept
		t.Errorf("at its end Load = %+v, want the zero chat", got)
	}
	// A new life begins: no trace of the old one, the same update id is new.
	if got := save(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2"}); got.Outcome != record.Conflict {
		t.Errorf("Save on a revision of the old life = %+v, want a conflict", got)
	}
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("new")})
	if got := pending(t, e, chatA); !slices.Equal(texts(got), []string{"new"}) || got[0].Seq != 1 {
		t.Errorf("Pending = %+v", got)
	}
	noneHolds(t, e, "of the old life")
	// And ends at its own time.
	sweep(t, e)
	e.Advance(record.KeepChat - time.Second)
	sweep(t, e)
	if got := load(t, e, chatA); got.Revision != 1 {
		t.Errorf("a second before the end of the new life Load = %+v", got)
	}
}

func deliveriesExpire(t *testing.T, e *Engine) {
	const quarter = record.KeepDelivery / 4
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("old")})
	e.Advance(2 * quarter)
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2", Out: replies("new")})
	e.Advance(quarter)
	mustSave(t, e, record.Save{Chat: chatA, Revision: 2, Update: "3"}) // the chat outlives both
	e.Advance(quarter - time.Second)
	if got := texts(pending(t, e, chatA)); !slices.Equal(got, []string{"old", "new"}) {
		t.Errorf("a second before the end of the first Pending = %q", got)
	}
	e.Advance(time.Second)
	if got := texts(pending(t, e, chatA)); !slices.Equal(got, []string{"new"}) { // nobody swept
		t.Errorf("at the end of the first Pending = %q", got)
	}
	sweep(t, e)
	if got := texts(pending(t, e, chatA)); !slices.Equal(got, []string{"new"}) {
		t.Errorf("after the sweep Pending = %q", got)
	}
	if e.Sweep != nil {
		noneHolds(t, e, `"old"`)
	}
	e.Advance(2 * quarter)
	sweep(t, e)
	if got := pending(t, e, chatA); len(got) != 0 {
		t.Errorf("at the end of the second Pending = %q", texts(got))
	}
	if got := load(t, e, chatA); got.Revision != 3 {
		t.Errorf("Load = %+v, want the chat alive", got)
	}
	e.Advance(lingers)
	sweep(t, e)
	noneHolds(t, e, `"old"`)
	noneHolds(t, e, `"new"`)
}

// noneHolds checks that no stored value holds text.
func noneHolds(t *testing.T, e *Engine, text string) {
	t.Helper()
	for key, value := range stored(t, e) {
		if strings.Contains(value, text) {
			t.Errorf("key %q still holds %s", key, text)
		}
	}
}

func countsExpire(t *testing.T, e *Engine) {
	today := e.Now().Format(time.DateOnly)
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Day: today, Counts: []string{"c"}})
	e.Advance(record.KeepCounts - 24*time.Hour)
	sweep(t, e)
	if got := counts(t, e, today); got["c"] != 1 {
		t.Errorf("Counts = %v before their end", got)
	}
	e.Advance(48 * time.Hour)
	if got := counts(t, e, today); len(got) != 0 {
		t.Errorf("Counts = %v after their end", got)
	}
}

func sweepLeavesNothing(t *testing.T, e *Engine) {
	empty := stored(t, e)
	today := e.Now().Format(time.DateOnly)
	for i := range 450 { // more than a sweeper may take at once
		id := bot.ChatID{Channel: "web", Chat: string(rune('a' + i))}
		mustSave(t, e, record.Save{Chat: id, Update: "1", State: []byte("s"), Out: replies("r"), Day: today, Counts: []string{"c"}})
	}
	e.Advance(record.KeepCounts + 48*time.Hour)
	sweep(t, e)
	if left := stored(t, e); !reflect.DeepEqual(left, empty) {
		t.Errorf("%d keys are left, want %d: P7 says nothing stays", len(left), len(empty))
	}
}

func sweepKeeps(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one")})
	for i := range 10 { // a chat that is used every second day lives on
		e.Advance(48 * time.Hour)
		sweep(t, e)
		mustSave(t, e, record.Save{Chat: chatA, Revision: uint64(i) + 1, Update: "u" + string(rune('a'+i)), State: []byte("one"), Out: replies("r")})
	}
	sweep(t, e)
	if got := load(t, e, chatA); got.Revision != 11 || string(got.State) != "one" || got.LastSeq != 10 {
		t.Errorf("Load = %+v", got)
	}
	if got := seqs(pending(t, e, chatA)); !slices.Equal(got, []uint64{9, 10}) {
		t.Errorf("Pending = %v, want what is younger than %v", got, record.KeepDelivery)
	}
}

func clockAhead(t *testing.T, e *Engine) {
	const jump = 365 * 24 * time.Hour
	e.Advance(jump)
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one"), Out: replies("r")})
	e.Advance(-jump)
	if got := load(t, e, chatA); got.Revision != 1 {
		t.Errorf("after the clock was set right Load = %+v", got)
	}
	sweep(t, e)
	if got := pending(t, e, chatA); len(got) != 1 || got[0].Expires.After(e.Now().Add(record.KeepDelivery)) {
		t.Errorf("Pending = %+v, want its end pulled back", got)
	}
	e.Advance(record.KeepChat)
	if got := load(t, e, chatA); got.Revision != 0 {
		t.Errorf("a chat saved under a clock ahead still lives: %+v", got)
	}
	if got := pending(t, e, chatA); len(got) != 0 {
		t.Errorf("Pending = %+v", got)
	}
}

func clockBack(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("1")})
	e.Advance(-30 * 24 * time.Hour)
	if got := save(t, e, record.Save{Chat: chatA, Revision: 1, Update: "1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of a taken update = %+v", got)
	}
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2", Out: replies("2")})
	sweep(t, e)
	if got := seqs(pending(t, e, chatA)); !slices.Equal(got, []uint64{1, 2}) {
		t.Errorf("Pending = %v", got)
	}
	if got := load(t, e, chatA); got.Revision != 2 || len(got.Seen) != 2 {
		t.Errorf("Load = %+v", got)
	}
}
