package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// machine drives an engine and the model side by side with the same random
// steps and compares all that can be read after each of them.
type machine struct {
	e *Engine
	m *model

	names  record.Names
	chats  []bot.ChatID // the first two fetch, the others are sent to; the third and fourth share a shard
	leases []leasePair  // every lease given that may still be settled
	work   map[string]record.Work
	n      int // makes update ids and due times differ
}

// leasePair is a lease as the engine gave it and as the model did. They differ
// in the token.
type leasePair struct{ engine, model record.Lease }

// behavesLikeTheModel runs the machine over fresh engines.
func behavesLikeTheModel(t *testing.T, open func(t *testing.T) *Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		e := open(t)
		defer func() { _ = e.Close() }() // open closes it again; this bounds what is open at a time
		names := names(rt, e)
		x := &machine{
			e: e, m: newModel(e.Now(), names), names: names, work: map[string]record.Work{},
			chats: []bot.ChatID{chatA, {}, chatS, neighbour(names, chatS), {Channel: "zalo{", Bot: "\n", Chat: "\xffp"}},
		}
		rt.Repeat(map[string]func(*rapid.T){
			"":        x.compare,
			"save":    x.save,
			"ack":     x.ack,
			"claim":   x.claim,
			"settle":  x.settle,
			"settle2": x.settle, // twice as often
			"release": x.release,
			"work":    x.doWork,
			"finish":  x.finish,
			"revive":  x.revive,
			"advance": x.advance,
			"sweep":   x.sweep,
			"reopen":  func(rt *rapid.T) { reopen(rt, e) },
		})
	})
}

// sent reports whether a chat is one that is sent to.
func (x *machine) sent(chat bot.ChatID) bool { return slices.Index(x.chats, chat) >= 2 }

// pace is that of a chat, always the same: the first is not bound, the second
// hardly, the third is.
func (x *machine) pace(chat bot.ChatID) record.Pace {
	return []record.Pace{{}, {}, {}, {Every: time.Second, Burst: 3}, {Every: 4 * time.Second, Burst: 1}}[slices.Index(x.chats, chat)]
}

func (x *machine) save(rt *rapid.T) {
	chat := rapid.SampledFrom(x.chats).Draw(rt, "chat")
	c := x.m.chat(chat)
	x.n++
	s := record.Save{
		Chat: chat, Revision: c.revision, Update: fmt.Sprint("u", x.n),
		State:  []byte(rapid.StringN(0, 9, -1).Draw(rt, "state")),
		Day:    x.m.now.Format(time.DateOnly),
		Counts: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(rt, "counts"),
		Out:    rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) record.Outgoing { return x.outgoing(rt, chat) }), 0, 3).Draw(rt, "out"),
	}
	oddity := rapid.IntRange(0, 19).Draw(rt, "oddity")
	switch oddity {
	case 0:
		s.Revision = rapid.Uint64Range(0, 5).Draw(rt, "revision")
	case 1, 2:
		s.Update = fmt.Sprint("u", rapid.IntRange(1, x.n).Draw(rt, "update"))
	case 3:
		s.Forget = x.m.over(c.tat) && !slices.ContainsFunc(x.m.graves(), func(d record.Dead) bool { return d.Delivery.Chat == chat })
	}
	if x.sent(chat) {
		s.Way = record.Way{Push: true, Lease: rapid.Bool().Draw(rt, "lease"), Inbound: rapid.Bool().Draw(rt, "inbound"), Pace: x.pace(chat)}
		if c.lease != nil && x.m.free(c) { // whether a lease that ran out still protects from collapsing is left open
			for i := range s.Out {
				s.Out[i].Collapse = ""
			}
		}
	}
	if rapid.IntRange(0, 2).Draw(rt, "case") == 0 {
		s.Cases = []record.CaseChange{x.change(rt, chat)}
	}
	if to := rapid.SampledFrom(x.chats).Draw(rt, "letter to"); to != chat && oddity > 2 && rapid.IntRange(0, 3).Draw(rt, "letter") == 0 {
		s.Letters = letters(to, fmt.Sprint("l", x.n))
	}
	want := x.m.save(s)
	got, err := x.e.Save(rt.Context(), s)
	if err != nil || got.Outcome != want.Outcome || got.Outcome == record.Done && (got.Revision != want.Revision || got.LastSeq != want.LastSeq) {
		rt.Fatalf("Save of %+v = %+v, %v, want %+v", s, got, err, want)
	}
	x.given(rt, got.Lease, want.Lease)
}
