package storetest

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func backlogTests() []test {
	return []test{
		{name: "TheBacklogTellsWhatWaits", run: backlogTells},
		{name: "TheBacklogTellsSinceWhen", run: backlogSince},
		{name: "TheBacklogCountsTheDead", run: backlogDead},
		{name: "ScheduledCasesAreShown", run: scheduledShown},
		{name: "SpaceIsTold", run: spaceTold},
	}
}

// otherLane is a lane beside that of chatS.
const otherLane = "zalo-oa/main"

func backlog(t testing.TB, e *Engine) record.Backlog {
	t.Helper()
	b, err := e.Backlog(t.Context(), []string{record.Lane(chatS), otherLane})
	if err != nil {
		t.Fatalf("Backlog: %v", err)
	}
	return b
}

func wantBacklog(t testing.TB, e *Engine, lane, work record.Line, dead int) {
	t.Helper()
	got := backlog(t, e)
	if len(got.Lanes) != 2 || !sameLine(got.Lanes[record.Lane(chatS)], lane) || !sameLine(got.Work, work) || got.Dead != dead {
		t.Errorf("Backlog = %+v, want lane %+v, work %+v, %d dead", got, lane, work, dead)
	}
	if got.Lanes[otherLane] != (record.Line{}) {
		t.Errorf("Backlog of the other lane = %+v, want nothing", got.Lanes[otherLane])
	}
}

func sameLine(a, b record.Line) bool {
	return a.Waiting == b.Waiting && a.Due == b.Due && a.Since.Equal(b.Since)
}

func backlogTells(t *testing.T, e *Engine) {
	wantBacklog(t, e, record.Line{}, record.Line{}, 0)
	now := e.Now()
	w := pushing(t, e, chatS)
	w.put(reply("1"), reply("2"))
	w.save(record.Save{Letters: letters(chatA, "letter")})
	pushing(t, e, sent("another")).put(reply("3"))
	wantBacklog(t, e, record.Line{Waiting: 2, Due: 2, Since: now}, record.Line{Waiting: 1, Due: 1, Since: now}, 0)
	// What somebody has in hand waits, but is not due.
	claim(t, e, record.Lane(chatS), 1)
	oneWork(t, e, "letter")
	wantBacklog(t, e, record.Line{Waiting: 2, Due: 1, Since: now}, record.Line{Waiting: 1}, 0)
}

func backlogSince(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("1"))
	wantNone(t, settle(t, e, take(t, e, chatS), later(time.Minute)))
	due := e.Now().Add(time.Minute)
	until(e, time.Minute, func() { wantBacklog(t, e, record.Line{Waiting: 1}, record.Line{}, 0) })
	e.Advance(time.Hour)
	wantBacklog(t, e, record.Line{Waiting: 1, Due: 1, Since: due}, record.Line{}, 0)
	wantNone(t, settle(t, e, take(t, e, chatS), record.Settlement{Result: record.Sent}))
	wantBacklog(t, e, record.Line{}, record.Line{}, 0)
}

func backlogDead(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(reply("1"), reply("2")), "1")
	l = wantLease(t, settle(t, e, l, failed("r")), "2")
	wantNone(t, settle(t, e, l, failed("r")))
	wantBacklog(t, e, record.Line{}, record.Line{}, 2)
	for id := range deads(t, e) {
		if err := e.Bury(t.Context(), id); err != nil {
			t.Fatalf("Bury: %v", err)
		}
		break
	}
	until(e, record.KeepDead, func() { wantBacklog(t, e, record.Line{}, record.Line{}, 1) })
	wantBacklog(t, e, record.Line{}, record.Line{}, 0)
}

func scheduledShown(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	idle, soon, now := open(e, code(t, e, chatS, 1)), open(e, code(t, e, chatS, 2)), open(e, code(t, e, chatS, 3))
	soon.Due, now.Due = e.Now().Add(time.Hour), e.Now()
	s := opens(idle)
	s.Cases = append(append(s.Cases, opens(soon).Cases...), opens(now).Cases...)
	s.Letters = letters(chatA, "letter") // which is no case
	w.save(s)
	wantScheduled(t, e, map[string]time.Time{soon.Code: soon.Due, now.Code: now.Due})
	work(t, e, 9)
	wantScheduled(t, e, map[string]time.Time{soon.Code: soon.Due, now.Code: now.Due})
	w.save(removes(now.Code))
	wantScheduled(t, e, map[string]time.Time{soon.Code: soon.Due})
	stop := errors.New("stop")
	if err := e.Scheduled(t.Context(), func(record.Case) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Scheduled = %v, want the error of show", err)
	}
	e.Advance(soon.Ends.Sub(e.Now()))
	wantScheduled(t, e, map[string]time.Time{})
}

// wantScheduled compares the codes that are shown, with their due times.
func wantScheduled(t testing.TB, e *Engine, want map[string]time.Time) {
	t.Helper()
	got := map[string]time.Time{}
	err := e.Scheduled(t.Context(), func(c record.Case) error {
		if _, twice := got[c.Code]; twice || c.Chat != chatS {
			t.Errorf("Scheduled shows %+v", c)
		}
		got[c.Code] = c.Due
		return nil
	})
	if err != nil || !maps.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("Scheduled = %v, %v, want %v", got, err, want)
	}
}

func spaceTold(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: bot.ChatID{Channel: "web", Bot: "main", Chat: "a"}, Update: "1", State: []byte("s")})
	used, limit, err := e.Space(t.Context())
	if err != nil || used <= 0 || limit < 0 {
		t.Errorf("Space = %d of %d, %v, want what is stored", used, limit, err)
	}
}
