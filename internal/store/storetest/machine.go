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
	e    *Engine
	m    *model
	open func() *Engine

	names  record.Names
	chats  []bot.ChatID          // the first two fetch, the others are sent to; the third and fourth share a shard
	leases []leasePair           // every lease given that may still be settled
	work   []record.Work         // every piece given, as it was last
	taken  map[bot.ChatID]string // the last update taken of each chat
	n      int                   // makes update ids and due times differ
}

// leasePair is a lease as the engine gave it and as the model did. They differ
// in the token.
type leasePair struct{ engine, model record.Lease }

// behavesLikeTheModel runs the machine over fresh engines.
func behavesLikeTheModel(t *testing.T, open func(t *testing.T) *Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		e := open(t)
		names := names(rt, e)
		x := &machine{
			e: e, open: func() *Engine { return open(t) }, m: newModel(e.Now(), names), names: names, taken: map[bot.ChatID]string{},
			chats: []bot.ChatID{chatA, {}, chatS, neighbour(names, chatS), {Channel: "zalo{", Bot: "\n", Chat: "\xffp"}},
		}
		defer func() { _ = x.e.Close() }() // open closes it again; this bounds what is open at a time
		rt.Repeat(map[string]func(*rapid.T){
			"":      x.compare,
			"moves": func(rt *rapid.T) { x.move(rt); x.move(rt); x.move(rt) },
		})
	})
}

// move does one thing, or nothing if there is nothing to do it with.
func (x *machine) move(rt *rapid.T) {
	moves := []struct {
		weight int
		name   string
		do     func(*rapid.T)
	}{
		{8, "save", x.save}, {3, "claim", x.claim}, {8, "settle", x.settle}, {1, "release", x.release}, {2, "ack", x.ack},
		{3, "work", x.doWork}, {3, "finish", x.finish}, {2, "revive", x.revive}, {4, "advance", x.advance}, {1, "sweep", x.sweep},
		{1, "reopen", func(rt *rapid.T) { reopen(rt, x.e) }}, {1, "restore", x.restore},
	}
	n := 0
	for _, m := range moves {
		n += m.weight
	}
	n = even(rt, "move", n)
	for _, m := range moves {
		if n -= m.weight; n < 0 {
			rt.Log(m.name)
			m.do(rt)
			return
		}
	}
}

// even draws a number below n, at most 256, each as likely as the others;
// rapid's own draws prefer small ones.
func even(rt *rapid.T, label string, n int) int {
	return rapid.Custom(func(rt *rapid.T) int {
		v := 0
		for range 12 {
			v *= 2
			if rapid.Bool().Draw(rt, "bit") {
				v++
			}
		}
		return v % n
	}).Draw(rt, label)
}

// one draws one of all, each as likely as the others.
func one[T any](rt *rapid.T, label string, all ...T) T { return all[even(rt, label, len(all))] }

// sent reports whether a chat is one that is sent to.
func (x *machine) sent(chat bot.ChatID) bool { return slices.Index(x.chats, chat) >= 2 }

// pace is that of a chat, always the same: the first is not bound, the second
// hardly, the third is.
func (x *machine) pace(chat bot.ChatID) record.Pace {
	return []record.Pace{{}, {}, {}, {Every: time.Second, Burst: 3}, {Every: 4 * time.Second, Burst: 1}}[slices.Index(x.chats, chat)]
}

// window is that of a chat's channel, always the same.
func (x *machine) window(chat bot.ChatID) record.Window {
	return []record.Window{
		{}, {}, {Free: 40 * time.Second, FreeMessages: 3, Total: 100 * time.Second}, {}, {Free: 30 * time.Second, Total: 100 * time.Hour},
	}[slices.Index(x.chats, chat)]
}

func (x *machine) save(rt *rapid.T) {
	chat := one(rt, "chat", slices.Concat(x.chats, x.chats[2:])...)
	c := x.m.chat(chat)
	if c.revision == 0 { // who still holds something of an earlier life may meet its number again
		x.leases = slices.DeleteFunc(x.leases, func(p leasePair) bool { return p.engine.Delivery.Chat == chat })
	}
	s := x.step(rt, chat, c)
	want := x.m.save(s)
	got, err := x.e.Save(rt.Context(), s)
	if err != nil || got.Outcome != want.Outcome || got.Outcome == record.Done && (got.Revision != want.Revision || got.LastSeq != want.LastSeq) {
		rt.Fatalf("Save of %+v = %+v, %v, want %+v", s, got, err, want)
	}
	if got.Outcome == record.Done {
		x.taken[chat] = s.Update
	}
	x.given(rt, got.Lease, want.Lease)
}

// step draws what is saved: mostly the chat's next step.
func (x *machine) step(rt *rapid.T, chat bot.ChatID, c *modelChat) record.Save {
	x.n++
	s := record.Save{
		Chat: chat, Revision: c.revision, Update: fmt.Sprint("u", x.n),
		State:  []byte(rapid.StringN(0, 9, -1).Draw(rt, "state")),
		Day:    x.m.now.Format(time.DateOnly),
		Counts: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(rt, "counts"),
	}
	for range even(rt, "out", 4) {
		s.Out = append(s.Out, x.outgoing(rt, chat))
	}
	if even(rt, "case", 2) == 1 {
		s.Cases = []record.CaseChange{x.change(rt, chat)}
	}
	if to := one(rt, "letter to", x.chats...); to != chat && even(rt, "letter", 3) == 1 {
		s.Letters = letters(to, fmt.Sprint("l", x.n))
	}
	switch even(rt, "oddity", 20) {
	case 1:
		s.Revision = rapid.Uint64Range(0, 5).Draw(rt, "revision")
	case 2:
		if s.Update, s.Letters = x.taken[chat], nil; s.Update == "" {
			s.Update = "first"
		}
	case 3: // what becomes of its dead letters is left open
		s.Forget = !slices.ContainsFunc(x.m.graves(), func(d record.Dead) bool { return d.Delivery.Chat == chat })
	}
	if !x.sent(chat) {
		return s
	}
	s.Way = record.Way{
		Push: true, Lease: rapid.Bool().Draw(rt, "lease"), Inbound: rapid.Bool().Draw(rt, "inbound"), Pace: x.pace(chat), Window: x.window(chat),
	}
	if c.lease != nil && x.m.free(c) { // whether a lease that ran out still protects from collapsing is left open
		for i := range s.Out {
			s.Out[i].Collapse = ""
		}
	}
	return s
}
