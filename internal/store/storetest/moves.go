package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// outgoing draws a message to chat.
func (x *machine) outgoing(rt *rapid.T, chat bot.ChatID) record.Outgoing {
	x.n++
	o := say(fmt.Sprint("r", x.n), record.Priority(even(rt, "priority", 4)))
	o.Collapse = one(rt, "collapse", "", "", "", "k", "K")
	if even(rt, "ref", 4) == 1 {
		o.Ref = []byte(o.Reply.Text)
	}
	if even(rt, "tracked", 3) == 1 {
		o.Reply.Track = "t" + o.Reply.Text
	}
	o.Reply.Card = one(rt, "card", "", "", "", "c")
	switch even(rt, "rule", 6) {
	case 1:
		o.Keep = one(rt, "keep", 10*time.Second, 100*time.Second, 200*time.Hour)
	case 2:
		o.After = drawSeconds(rt, "after", 1, 60)
	case 3:
		o.Guard = record.Guard{Code: x.code(rt, chat), Epoch: rapid.Uint64Range(0, 2).Draw(rt, "epoch")}
		if c := x.m.chat(chat).cases[o.Guard.Code]; c != nil && even(rt, "holds", 3) > 0 {
			o.Guard.Epoch = c.Epoch
		}
	}
	return o
}

func drawSeconds(rt *rapid.T, label string, from, to int) time.Duration {
	return time.Duration(rapid.IntRange(from, to).Draw(rt, label)) * time.Second
}

// code draws a code that a case of chat may have.
func (x *machine) code(rt *rapid.T, chat bot.ChatID) string {
	return x.names.Chat(chat).CodePrefix() + one(rt, "code", "1", "2")
}

// change draws what happens to a case.
func (x *machine) change(rt *rapid.T, chat bot.ChatID) record.CaseChange {
	x.n++
	c := record.CaseChange{Case: record.Case{
		Code:  x.code(rt, chat),
		Epoch: rapid.Uint64Range(0, 2).Draw(rt, "epoch"),
		Ends:  x.m.now.Add(one(rt, "ends", 20*time.Second, 2*time.Hour, 100*time.Hour)),
		Data:  rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(rt, "data"),
	}}
	if rapid.Bool().Draw(rt, "has due") { // no two are due at one time: then work would not know whether its case changed
		c.Due = x.m.now.Add(drawSeconds(rt, "due", -10, 100)).Add(time.Duration(x.n%1000) * time.Millisecond)
	}
	switch k := x.m.findCase(c.Code); {
	case k == nil || k.Chat != chat: // whoever does not have it must say that it is new
		c.New = true
	default:
		c.New, c.Remove = rapid.Bool().Draw(rt, "new"), even(rt, "remove", 4) == 1
	}
	return c
}

func (x *machine) ack(rt *rapid.T) {
	chat := one(rt, "chat", x.chats...)
	c := x.m.chat(chat)
	upTo := uint64(even(rt, "up to", int(c.given())+2))
	x.m.ack(chat, upTo)
	if err := x.e.Ack(rt.Context(), chat, upTo); err != nil {
		rt.Fatalf("Ack: %v", err)
	}
}

// given compares two leases and remembers them for settling.
func (x *machine) given(rt *rapid.T, got, want *record.Lease) {
	if got == nil && want == nil {
		return
	}
	if got == nil || want == nil || !sameLease(*got, *want) {
		rt.Fatalf("lease %s, want %s", told(got), told(want))
	}
	x.leases = append(x.leases, leasePair{*got, *want})
	x.leases = x.leases[max(0, len(x.leases)-6):]
}

func sameLease(a, b record.Lease) bool {
	return a.Barred == b.Barred && a.Over == b.Over && a.Shut == b.Shut && alike(a.Delivery, b.Delivery)
}

func told(l *record.Lease) string {
	if l == nil {
		return "none"
	}
	return fmt.Sprintf("%s of %q, barred %v, over %v, shut %v", brief(l.Delivery), l.Delivery.Chat, l.Barred, l.Over, l.Shut)
}

// alike is sameDelivery but for the time of queuing, which a revived one may
// have kept or not.
func alike(a, b record.Delivery) bool {
	a.At, b.At = time.Time{}, time.Time{}
	return sameDelivery(a, b)
}

func (x *machine) claim(rt *rapid.T) {
	lane := record.Lane(one(rt, "lane", x.chats[2:]...))
	n := one(rt, "n", 100, 100, 1)
	due := x.m.due(lane)
	got, err := x.e.Claim(rt.Context(), lane, n)
	if err != nil || len(got) > n || n > 1 && len(got) != len(due) { // one look may meet what is due no more
		rt.Fatalf("Claim of %d gave %d leases, %v, want %d", n, len(got), err, len(due))
	}
	for _, l := range got {
		want := x.m.take(x.m.chat(l.Delivery.Chat))
		if want == nil {
			rt.Fatalf("Claim gave %+v, of a queue that is not due", l)
		}
		x.given(rt, &l, want)
	}
}

// settlement draws how a lease ends.
func (x *machine) settlement(rt *rapid.T, l record.Lease) record.Settlement {
	c := x.m.chat(l.Delivery.Chat)
	d := c.message(l.Delivery.Seq)
	results := []record.Result{record.Sent, record.Sent, record.Later, record.Progressed, record.Held, record.Dropped, record.Failed}
	if d == nil && c.holds(l) { // who had it before has ended it meanwhile
		results = []record.Result{record.Sent, record.Later, record.Held, record.Dropped}
	}
	s := record.Settlement{Result: one(rt, "result", results...)}
	if l.Shut && even(rt, "told", 4) > 0 {
		s.Result = record.Held
	}
	if end := ends()[s.Result]; l.Delivery.Reply.Track != "" && end != "" {
		s.Ended = &bot.Ended{Track: l.Delivery.Reply.Track, End: end}
	}
	switch s.Result {
	case record.Held:
		s.Shut = l.Shut || even(rt, "shut", 4) == 1
	case record.Progressed:
		s.Sent, s.Note = rapid.IntRange(1, 9).Draw(rt, "parts"), rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(rt, "note")
	case record.Later:
		s.After, s.Uncertain = drawSeconds(rt, "after", 0, 30), rapid.Bool().Draw(rt, "uncertain")
	case record.Failed:
		s.Reason = "r"
	}
	if d != nil {
		x.n++
		s.Pace, s.Providers = x.pace(l.Delivery.Chat), []string{fmt.Sprint("m", x.n)}
		if even(rt, "tells what is left", 5) == 1 {
			left := even(rt, "left", 5)
			s.Left = &left
		}
	}
	return s
}

// ends are what is told of a message that is tracked, by how it was settled.
func ends() map[record.Result]bot.End {
	return map[record.Result]bot.End{
		record.Sent: bot.EndSent, record.Held: bot.EndHeld, record.Dropped: bot.EndDropped, record.Failed: bot.EndFailed,
	}
}

func (x *machine) settle(rt *rapid.T) {
	if len(x.leases) == 0 {
		return
	}
	i := even(rt, "lease", len(x.leases))
	p := x.leases[i]
	s := x.settlement(rt, p.model)
	want := x.m.settle(p.model, s)
	got, err := x.e.Settle(rt.Context(), p.engine, s)
	if err != nil {
		rt.Fatalf("Settle: %v", err)
	}
	if want != nil && got != nil && got.Token != p.engine.Token {
		rt.Fatalf("Settle gave another token")
	}
	if want != nil || even(rt, "keep", 3) > 0 { // some go on to settle what is theirs no more
		x.leases = slices.Delete(x.leases, i, i+1)
	}
	x.given(rt, got, want)
}

func (x *machine) release(rt *rapid.T) {
	if len(x.leases) == 0 {
		return
	}
	p := one(rt, "lease", x.leases...)
	x.m.release(p.model)
	if err := x.e.Release(rt.Context(), p.engine); err != nil {
		rt.Fatalf("Release: %v", err)
	}
}
