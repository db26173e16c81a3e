package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func trackTests() []test {
	return []test{
		{name: "HowATrackedMessageEndedIsTold", run: trackTold},
		{name: "WhatIsToldTwiceIsOneLetter", run: trackOnce},
		{name: "ATrackedMessageTellsOnceThatItWaits", run: trackWaits},
		{name: "WhatWaitsBehindAProvidersNoIsToldToo", run: trackBehind},
		{name: "WhatCouldGoMeanwhileDoesNotWait", run: trackOpened},
		{name: "WhatIsFetchedHasArrived", run: trackFetched},
		{name: "WhatIsReplacedTellsNothing", run: trackReplaced},
		{name: "OnlyAStepOfItsOwnMayWriteToTheChatItself", run: trackLetter},
	}
}

// tracked is the bot's answer, of which somebody wants to know how it ends.
func tracked(text string) record.Outgoing {
	o := reply(text)
	o.Reply.Track = "track " + text
	return o
}

func ended(s record.Settlement, text string, end bot.End) record.Settlement {
	s.Ended = &bot.Ended{Track: "track " + text, End: end}
	return s
}

// wantTold checks which ends the work list tells w's chat of, in any order, and
// takes them.
func wantTold(t *testing.T, e *Engine, w *writer, want ...string) {
	t.Helper()
	var got []string
	for _, one := range work(t, e, 99) {
		l := one.Letter
		if l.From != w.chat || l.Letter.To != w.chat || l.Letter.Ended == nil || !l.At.Equal(e.Now()) {
			t.Fatalf("Work gave %+v, want a letter to the chat itself, of now", one)
		}
		got = append(got, l.Letter.Ended.Track+" "+string(l.Letter.Ended.End))
		finish(t, e, one, record.Settlement{Result: record.Sent})
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func trackTold(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(tracked("1"), tracked("2"), tracked("3"), reply("4"), tracked("5")), "1")
	l = wantLease(t, settle(t, e, l, progressed(1, "n")), "1")
	wantTold(t, e, w)
	l = wantLease(t, settle(t, e, l, ended(record.Settlement{Result: record.Sent}, "1", bot.EndSent)), "2")
	wantTold(t, e, w, "track 1 sent")
	l = wantLease(t, settle(t, e, l, ended(record.Settlement{Result: record.Dropped}, "2", bot.EndDropped)), "3")
	gone := failed("r")
	gone.Ended = &bot.Ended{Track: "track 3", End: bot.EndFailed, Reason: "r"}
	l = wantLease(t, settle(t, e, l, gone), "4")
	ws := work(t, e, 9)
	if len(ws) != 2 || ws[0].Letter.Letter.Ended.Reason+ws[1].Letter.Letter.Ended.Reason != "r" {
		t.Errorf("Work = %+v, want what was dropped and what failed, with the reason", ws)
	}
	for _, one := range ws {
		finish(t, e, one, record.Settlement{Result: record.Sent})
	}
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "5")
	wantNone(t, settle(t, e, l, ended(record.Settlement{Result: record.Held}, "5", bot.EndHeld)))
	wantTold(t, e, w, "track 5 held")
	// Who lost the lease tells of what it sent, and of nothing else.
	l = wantLease(t, w.wrote(), "5")
	e.Advance(2 * record.LeaseTime)
	again := take(t, e, w.chat)
	wantNone(t, settle(t, e, l, ended(record.Settlement{Result: record.Held}, "5", bot.EndHeld)))
	wantNone(t, settle(t, e, l, ended(record.Settlement{Result: record.Dropped}, "5", bot.EndDropped)))
	wantTold(t, e, w)
	wantNone(t, settle(t, e, l, ended(record.Settlement{Result: record.Sent}, "5", bot.EndSent)))
	wantNone(t, settle(t, e, again, ended(failed("r"), "5", bot.EndFailed)))
	wantTold(t, e, w, "track 5 sent")
}

func trackOnce(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(tracked("1")), "1")
	for range 2 { // the answer to the first was lost
		wantNone(t, settle(t, e, l, ended(record.Settlement{Result: record.Sent}, "1", bot.EndSent)))
	}
	ws := work(t, e, 9)
	if len(ws) != 1 || ws[0].Letter.ID != names(t, e).Ended(w.chat, 1, bot.EndSent) {
		t.Errorf("Work = %+v, want one letter with the id of that end", ws)
	}
	reopen(t, e)
	e.Advance(record.LeaseTime)
	again := work(t, e, 9)
	if len(again) != 1 || !sameLetter(again[0].Letter, ws[0].Letter) {
		t.Errorf("Work = %+v, want the letter again", again)
	}
}

func trackWaits(t *testing.T, e *Engine) {
	w := windowed(t, e, "waits")
	l := wantLease(t, w.hand(tracked("1"), reply("untracked"), tracked("2")), "1")
	waits := func(text string) record.Settlement {
		s := ended(record.Settlement{Result: record.Held}, text, bot.EndHeld)
		s.Shut = true
		return s
	}
	if !l.Shut || l.Over || l.Barred {
		t.Fatalf("lease %+v, want one that is shut", l)
	}
	l = wantLease(t, settle(t, e, l, waits("1")), "2")
	wantNone(t, settle(t, e, l, waits("2")))
	wantTold(t, e, w, "track 1 held", "track 2 held")
	wantNone(t, w.hand(say("person", record.PriorityPerson)))
	reopen(t, e)
	e.Advance(24 * time.Hour)
	wantClaimed(t, e, w.chat)
	if got := drain(t, e, w.wrote()); !slices.Equal(got, []string{"person", "1", "untracked", "2"}) {
		t.Errorf("sent %q", got)
	}
	// What waits until its end is ended like anything else.
	w.advance(narrow.Total)
	l = wantLease(t, w.hand(tracked("3")), "3")
	wantNone(t, settle(t, e, l, waits("3")))
	until(e, record.KeepDelivery, func() { wantClaimed(t, e, w.chat) })
	if l = take(t, e, w.chat); !l.Over || l.Shut || l.Delivery.Lapses != 0 {
		t.Errorf("lease %+v, want one that is over", l)
	}
}

func trackBehind(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(reply("1"), tracked("2"), reply("3")), "1")
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Held}))
	l = take(t, e, w.chat)
	if l.Delivery.Reply.Text != "2" || !l.Shut {
		t.Fatalf("lease %+v, want what has to be told that it waits", l)
	}
	s := ended(record.Settlement{Result: record.Held}, "2", bot.EndHeld)
	s.Shut = true
	wantNone(t, settle(t, e, l, s))
	wantClaimed(t, e, w.chat)
	wantTold(t, e, w, "track 2 held")
	if got := drain(t, e, w.wrote()); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("sent %q", got)
	}
}

func trackOpened(t *testing.T, e *Engine) {
	w := windowed(t, e, "opened")
	l := wantLease(t, w.hand(tracked("1")), "1")
	wantNone(t, w.wrote()) // while somebody is about to tell that it waits
	s := ended(record.Settlement{Result: record.Held}, "1", bot.EndHeld)
	s.Shut = true
	l = wantLease(t, settle(t, e, l, s), "1")
	if l.Shut {
		t.Error("it still waits")
	}
	wantTold(t, e, w)
	wantNone(t, settle(t, e, l, ended(record.Settlement{Result: record.Sent}, "1", bot.EndSent)))
	wantTold(t, e, w, "track 1 sent")
}

func trackFetched(t *testing.T, e *Engine) {
	w := pushing(t, e, chatA)
	w.way = record.Way{}
	w.put(tracked("1"), reply("2"), tracked("3"), tracked("4"))
	ack(t, e, w.chat, 99) // never given out
	wantTold(t, e, w)
	ack(t, e, w.chat, 3)
	reopen(t, e)
	wantTold(t, e, w, "track 1 sent", "track 3 sent")
	ack(t, e, w.chat, 3)
	wantTold(t, e, w)
	ack(t, e, w.chat, 4)
	wantTold(t, e, w, "track 4 sent")
	if ds := pending(t, e, w.chat); len(ds) != 0 {
		t.Errorf("Pending = %q", texts(ds))
	}
	// What nobody fetches ends untold.
	w.put(tracked("5"))
	e.Advance(record.KeepDelivery)
	sweep(t, e)
	wantTold(t, e, w)
}

func trackReplaced(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	o := tracked("1")
	o.Collapse = "k"
	w.put(o, tracked("2"))
	o.Reply.Text = "3"
	w.put(o)
	w.save(record.Save{Forget: true})
	wantTold(t, e, w)
	wantClaimed(t, e, w.chat)
}

func trackLetter(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := bot.Letter{To: w.chat, Ended: &bot.Ended{Track: "t", End: bot.EndSent}}
	if _, err := e.Save(t.Context(), w.next(record.Save{Letters: []bot.Letter{l}})); err == nil {
		t.Error("a save wrote to the chat itself")
	}
	long := tracked("1")
	long.Reply.Track = string(make([]byte, record.MaxTrack+1))
	if _, err := e.Save(t.Context(), w.next(record.Save{Out: []record.Outgoing{long}})); err == nil {
		t.Error("too long a name was tracked")
	}
}
