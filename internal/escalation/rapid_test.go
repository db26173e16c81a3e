package escalation_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

// kinds are all events.
var kinds = []Kind{
	Opened, Added, Phoned, Cleared, Unclear, Pressed, Withdrawn,
	Take, Release, Answer, Send, AskBack, Transfer, NotOurs, Done,
	Struck, Ended, Unreached,
}

// TestAnythingMayHappen lets everything happen to a case in any order, doubled
// and late, while officers come and go and the file of the desks changes.
func TestAnythingMayHappen(t *testing.T) {
	t.Parallel()
	files := versions(t)
	rapid.Check(t, func(t *rapid.T) {
		l := &life{T: t, files: files, w: World{Desks: files[0], Reach: everybody(files[0]), Now: monday}}
		l.event(Event{Kind: Opened, Code: code, From: resident, Open: &bot.CaseAct{
			Kind:     bot.ActOpen,
			Matter:   rapid.SampledFrom([]bot.Matter{bot.MatterQuestion, bot.MatterProposal, bot.MatterUrgent, bot.MatterConfidential}).Draw(t, "matter"),
			Topic:    rapid.SampledFrom([]string{"", "bao-hiem-y-te", "vay-von", "gone"}).Draw(t, "topic"),
			Desk:     rapid.SampledFrom([]string{"", "y-te", "vay-von", "kin", "gone"}).Draw(t, "desk"),
			Question: "?",
		}})
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			l.passTime()
			if rapid.IntRange(0, 4).Draw(t, "change") == 0 {
				l.changeWorld()
			}
			e := l.anyEvent()
			l.event(e)
			if rapid.IntRange(0, 2).Draw(t, "again") == 0 {
				l.again(e)
			}
		}
		l.calm()
	})
}

// versions are files that may replace each other.
func versions(t *testing.T) []*desks.Desks {
	away := "\n    nghỉ: |\n      24/11/2026 - 30/11/2026"
	return []*desks.Desks{
		load(t),
		load(t, "cán bộ: lan, hoa", "cán bộ: hoa", "  - mã: lan\n    tên: Chị Lan\n    chat: telegram:101\n", ""),
		load(t, "mã: y-te\n    tên: Tổ bảo hiểm y tế", "mã: bao-hiem\n    tên: Tổ bảo hiểm"),
		load(t, "telegram:-1001", "telegram:-1003", "cán bộ: nga", "nhóm chat: telegram:-1004\n    cán bộ: nga"),
		load(t, "chat: telegram:101", "chat: telegram:101"+away+", thay: son", "chat: telegram:103", "chat: telegram:103"+away),
		load(t, "kín: có\n    cán bộ: kim", "chủ đề: dat-dai\n    địa bàn: tất cả\n    cán bộ: kim", "chủ đề: vay-von\n    cán bộ: thu", "cán bộ: thu"),
		load(t, "gấp: có", "gấp: có\n    nhóm chat: telegram:-1005", "nửa thời hạn: cán bộ", "nửa thời hạn: vay-von, kieu", "hết thời hạn: nhóm chat", "hết thời hạn: lan"),
	}
}

// life is a case under test, with what was told in all of it.
type life struct {
	*rapid.T
	files   []*desks.Desks
	w       World
	c       Case
	alarmed bool        // nobody has a card, and operators were told
	told    map[int]int // how often what was said was told to the resident
}

func (l *life) passTime() {
	switch rapid.IntRange(0, 5).Draw(l.T, "time") {
	case 0:
	case 1:
		l.w.Now = later(l.w.Now, l.c.Next)
	case 2:
		l.w.Now = l.w.Now.Add(time.Duration(rapid.IntRange(0, 30*24).Draw(l.T, "hours")) * time.Hour)
	default:
		l.w.Now = l.w.Now.Add(time.Duration(rapid.IntRange(0, 600).Draw(l.T, "minutes")) * time.Minute)
	}
}

// changeWorld reloads the file or lets people register and go.
func (l *life) changeWorld() {
	l.w.Desks = l.files[rapid.IntRange(0, len(l.files)-1).Draw(l.T, "file")]
	all := everybody(l.w.Desks)
	if rapid.Bool().Draw(l.T, "people") {
		for _, o := range l.w.Desks.AllOfficers() {
			if rapid.IntRange(0, 2).Draw(l.T, "registered") == 0 {
				delete(all, o.ID)
			}
		}
	}
	l.w.Reach = all
}

func (l *life) anyEvent() Event {
	id := rapid.SampledFrom([]string{"lan", "hoa", "minh", "son", "nga", "tuan", "kim", "khanh", "thu", "kieu", "hai", "stranger", ""})
	desk := rapid.SampledFrom([]string{"y-te", "bao-hiem", "vay-von", "chung", "kin", "kin-vay", "gap", "ngan-hang", "gone", ""})
	text := rapid.SampledFrom([]string{"", "a", "b", "\xff\x00<"})
	e := Event{
		Kind:   rapid.SampledFrom(kinds).Draw(l.T, "kind"),
		Code:   code,
		By:     id.Draw(l.T, "by"),
		Text:   text.Draw(l.T, "text"),
		Entry:  text.Draw(l.T, "entry"),
		Reason: text.Draw(l.T, "reason"),
		Phone:  text.Draw(l.T, "phone"),
		Desk:   desk.Draw(l.T, "to"),
		No:     rapid.IntRange(-1, len(l.c.Said)+1).Draw(l.T, "no"),
		End:    rapid.SampledFrom([]bot.End{bot.EndSent, bot.EndHeld, bot.EndFailed, bot.EndDropped, ""}).Draw(l.T, "end"),
		Epoch:  l.c.Epoch - min(l.c.Epoch, rapid.Uint64Range(0, 2).Draw(l.T, "old")),
		From:   rapid.SampledFrom(append([]bot.ChatID{{}, room, resident}, l.c.Cards...)).Draw(l.T, "from"),
	}
	if chat, ok := l.w.Reach.Chat(e.By); ok && rapid.Bool().Draw(l.T, "own") {
		e.From = chat
	}
	if l.c.Holder != "" && rapid.Bool().Draw(l.T, "holder") {
		e.By = l.c.Holder
	}
	if rapid.IntRange(0, 3).Draw(l.T, "file sent") == 0 {
		e.Files = []bot.Attachment{{Kind: bot.AttachPhoto, Key: "k\xff"}}
	}
	if e.Kind == Opened {
		e.Open = &bot.CaseAct{Question: "another"}
	}
	return e
}

// event applies an event and checks all that must hold of it.
func (l *life) event(e Event) {
	before := l.c
	image := picture(before)
	l.w.Random += 1 << 30
	next, told := Apply(before, e, l.w)
	if got := picture(before); got != image {
		l.Fatalf("%s changed its argument\n%s\n%s", e.Kind, image, got)
	}
	l.stored(next)
	l.standing(before, next, e)
	l.dates(before, next, e)
	l.entitled(before, next, e, told)
	l.tellings(before, next, told)
	l.c = next
	l.scribble(before, image)
}

// scribble overwrites everything in the new case that could be shared, and looks
// whether the old one notices.
func (l *life) scribble(before Case, image string) {
	c := l.c
	keep, err := c.Record(l.w.Now)
	if err != nil {
		l.Fatal(err)
	}
	for _, xs := range [][]string{c.Near, c.Misses, c.ToldOfficers} {
		for i := range xs {
			xs[i] = "scribbled"
		}
	}
	for _, xs := range [][]bot.ChatID{c.Cards, c.Away} {
		for i := range xs {
			xs[i] = bot.ChatID{Chat: "scribbled"}
		}
	}
	for i := range c.Said {
		for j := range c.Said[i].Files {
			c.Said[i].Files[j].Key = "scribbled"
		}
		c.Said[i].Text = "scribbled"
	}
	for i := range c.Log {
		c.Log[i].Note = "scribbled"
	}
	if got := picture(before); got != image {
		l.Fatalf("the new case shares memory with the old\n%s\n%s", image, got)
	}
	if l.c, err = FromRecord(keep); err != nil {
		l.Fatal(err)
	}
}

// picture is all of a case as text.
func picture(c Case) string {
	type plain Case // without the methods
	data, _ := json.Marshal(plain(c))
	return fmt.Sprintf("%s %v %v %d %v %q %q", data, c.Code, c.Chat, c.Epoch, c.Next, c.Cards, c.Away)
}

// stored looks whether the case survives the store.
func (l *life) stored(c Case) {
	r, err := c.Record(l.w.Now)
	if err != nil {
		l.Fatal(err)
	}
	if !r.Ends.After(l.w.Now) && c.State.Open() {
		l.Fatalf("an open case ends at %v", r.Ends)
	}
	back, err := FromRecord(r)
	if err != nil {
		l.Fatal(err)
	}
	if !reflect.DeepEqual(back, c) {
		l.Fatalf("stored and read\n got %+v\nwant %+v", back, c)
	}
}

// standing checks how state, holder, epoch, clock and cards hang together.
func (l *life) standing(before, c Case, e Event) {
	nobody := c.State == bot.CaseWaiting || c.State == bot.CaseClosed
	if nobody != (c.Holder == "") {
		l.Fatalf("%s: %s is held by %q", e.Kind, c.State, c.Holder)
	}
	if c.State == bot.CaseHeld || c.State == bot.CaseAsked {
		if _, ok := l.w.Desks.Officer(c.Holder); !ok {
			l.Fatalf("%s: held by %q, who is no officer", e.Kind, c.Holder)
		}
	}
	if (c.State == bot.CaseAsked) == c.Stopped.IsZero() {
		l.Fatalf("%s: %s, stopped %v", e.Kind, c.State, c.Stopped)
	}
	if c.Epoch < before.Epoch {
		l.Fatalf("%s: epoch fell from %d to %d", e.Kind, before.Epoch, c.Epoch)
	}
	if (c.Holder != before.Holder || c.Desk != before.Desk) && c.Epoch == before.Epoch {
		l.Fatalf("%s: from %s/%s to %s/%s without a new epoch", e.Kind, before.Desk, before.Holder, c.Desk, c.Holder)
	}
	if (c.State == bot.CaseClosed) != c.Next.IsZero() || (c.State == bot.CaseClosed) == c.Closed.IsZero() {
		l.Fatalf("%s: %s, next %v, closed %v", e.Kind, c.State, c.Next, c.Closed)
	}
	if e.Kind == Struck && c.State.Open() && !c.Next.After(l.w.Now) {
		l.Fatalf("after a stroke the next is %v, now %v", c.Next, l.w.Now)
	}
	type visible struct {
		State        bot.CaseState
		Desk, Holder string
		Epoch        uint64
		Said         int
		Phone        string
	}
	seen := func(c Case) visible { return visible{c.State, c.Desk, c.Holder, c.Epoch, len(c.Said), c.Phone} }
	if seen(before) != seen(c) && len(c.Log) == len(before.Log) {
		l.Fatalf("%s: from %+v to %+v without a line in the history", e.Kind, seen(before), seen(c))
	}
}

// dates checks that the date of an open case moves only by the working time
// during which the resident was waited for.
func (l *life) dates(before, c Case, e Event) {
	again := before.State == "" || (before.State == bot.CaseClosed || before.State == bot.CaseAnswered) && (e.Kind == Added || e.Kind == Unclear)
	if again || c.Due.Equal(before.Due) {
		return
	}
	waited := l.w.Desks.Calendar(before.Desk)
	want := waited.Add(before.Due, waited.Between(before.Stopped, l.w.Now))
	moved := l.w.Desks.Calendar(c.Desk)
	other := moved.Add(before.Due, moved.Between(before.Stopped, l.w.Now))
	if before.Stopped.IsZero() || !c.Due.Equal(want) && !c.Due.Equal(other) {
		l.Fatalf("%s: due %v became %v; stopped %v, now %v", e.Kind, before.Due, c.Due, before.Stopped, l.w.Now)
	}
}

// entitled checks that everything goes to somebody who may have it.
func (l *life) entitled(before, c Case, e Event, told []Effect) {
	for _, t := range told {
		switch {
		case t.What == Alarm || t.To == bot.ChatID{}:
			continue
		case t.What == NoteWithdrawn:
			if !slices.Contains(before.Cards, t.To) && !slices.Contains(before.Away, t.To) {
				l.Fatalf("withdrawn to a chat that never held a card")
			}
			continue
		}
		id, own := l.w.Reach.Officer(t.To)
		isRoom := len(l.w.Desks.ByRoom(t.To)) > 0
		if t.What == ShowCard && t.Note == CardAway {
			if !own && !isRoom || !slices.Contains(before.Cards, t.To) || slices.Contains(c.Cards, t.To) {
				l.Fatalf("%s: away to %v", e.Kind, t.To)
			}
			continue
		}
		if isRoom && l.private(c) {
			l.Fatalf("%s: %s about a private case to a room", e.Kind, t.What)
		}
		if own && id == e.By && slices.Contains(replies, t.What) {
			continue // an answer to what the officer just did
		}
		if isRoom && (slices.Contains(l.rooms(c), t.To) || slices.Contains(l.rooms(before), t.To) && slices.Contains(replies, t.What)) {
			continue
		}
		if c.State == bot.CaseClosed && own && (slices.Contains(before.Cards, t.To) || id == before.Holder) && slices.ContainsFunc(c.Log, func(e Entry) bool { return e.By == id }) {
			continue // who was at it sees that it has ended, in another chat by now or not
		}
		if t.What == NoteSent && c.State == bot.CaseClosed && c.Said[t.No-1].Officer == id {
			continue // who said it hears of it also after the end
		}
		if t.What == NoteReleased && id == before.Holder {
			continue // who had it until now
		}
		if !own || !l.mayKnow(c, id) {
			l.Fatalf("%s by %q: %s to %v, who is %q; desk %s", e.Kind, e.By, t.What, t.To, id, c.Desk)
		}
	}
}

// replies are what an officer hears who did something.
var replies = []What{NoteTaken, NoteTooLate, NoteNotHolder, NoteOver, NoteSent, NoteRefused, NoteHandedOver}

func (l *life) private(c Case) bool {
	d, _ := l.w.Desks.Desk(c.Desk)
	return c.Matter == bot.MatterUrgent || c.Matter == bot.MatterConfidential || d.Confidential
}

func (l *life) rooms(c Case) []bot.ChatID {
	if d, ok := l.w.Desks.Desk(c.Desk); ok {
		return []bot.ChatID{d.Room}
	}
	return nil
}

// mayKnow is written from the file alone: who sits at the desk or covers there
// today, its head; of an ordinary case those of the catch-all and who was told.
func (l *life) mayKnow(c Case, id string) bool {
	if _, ok := l.w.Desks.Officer(id); !ok {
		return false
	}
	at := func(d desks.Desk) bool {
		head, _ := l.w.Desks.Present(d.Head, l.w.Now)
		return slices.Contains(d.Officers, id) || d.Head == id || head.ID == id ||
			slices.ContainsFunc(l.w.Desks.Officers(d.ID, l.w.Now), func(o desks.Officer) bool { return o.ID == id })
	}
	if d, ok := l.w.Desks.Desk(c.Desk); ok && at(d) || id == c.Holder {
		return true
	}
	if l.private(c) {
		return false
	}
	return at(l.w.Desks.CatchAll()) || slices.Contains(c.ToldOfficers, id)
}

// tellings checks that the resident is told everything once, and that somebody
// is responsible.
func (l *life) tellings(before, c Case, told []Effect) {
	if l.told == nil {
		l.told = map[int]int{}
	}
	for _, t := range told {
		switch t.What {
		case TellAnswer, TellAsk, TellDone:
			l.told[t.No]++
		case Alarm:
			l.alarmed = true
		}
	}
	for _, s := range c.Said {
		if want := map[bool]int{true: 0, false: 1}[s.Officer == ""]; l.told[s.No] != want {
			l.Fatalf("#%d by %q was told %d times", s.No, s.Officer, l.told[s.No])
		}
	}
	if len(c.Said) < len(before.Said) {
		l.Fatal("something said is gone")
	}
	if len(c.Cards) > 0 {
		l.alarmed = false
	} else if c.State.Open() && !l.alarmed {
		l.Fatal("nobody has a card, and nobody was told")
	}
}

// again applies the same event a second time.
func (l *life) again(e Event) {
	if e.Kind == Added || e.Kind == Unclear {
		return // a resident may say the same twice
	}
	before := l.c
	l.event(e)
	if !reflect.DeepEqual(l.c, before) {
		l.Fatalf("%s twice\n got %+v\nwant %+v", e.Kind, l.c, before)
	}
}

// calm lets only the clock strike for a year and a half.
func (l *life) calm() {
	end := l.w.Now.Add(540 * 24 * time.Hour)
	strokes := 0
	for l.c.State.Open() && l.c.Next.Before(end) {
		l.w.Now = later(l.w.Now, l.c.Next)
		l.event(Event{Kind: Struck, Code: code})
		if strokes++; strokes > 30_000 {
			l.Fatal("the clock does not come to rest")
		}
		if len(l.c.Cards) == 0 && l.c.State.Open() && strokes > 20 {
			return // operators are told again and again, as they should be
		}
	}
	if l.c.State == bot.CaseWaiting && l.c.Rung != 3 {
		l.Fatalf("nobody answered, and the ladder stands at %d", l.c.Rung)
	}
}
