package storetest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/internal/record"
)

func pieceKey(w record.Work) string { return w.Letter.ID + "/" + w.Case.Code }

func (x *machine) doWork(rt *rapid.T) {
	n := one(rt, "n", 100, 100, 1)
	due := map[string]piece{}
	for _, p := range x.m.pieces() {
		due[pieceKey(p.work)] = p
	}
	got, err := x.e.Work(rt.Context(), n)
	if err != nil || len(got) > n || n > 1 && len(got) != len(due) {
		rt.Fatalf("Work of %d = %+v, %v, want of %+v", n, got, err, due)
	}
	for _, w := range got {
		p, ok := due[pieceKey(w)]
		if !ok || w.Kind != p.work.Kind || w.Kind == record.WorkLetter && !sameLetter(w.Letter, p.work.Letter) || w.Kind == record.WorkCase && !sameCase(w.Case, p.work.Case) {
			rt.Fatalf("Work gave %+v, want %+v", w, p.work)
		}
		delete(due, pieceKey(w))
		x.work = slices.DeleteFunc(x.work, func(before record.Work) bool { return pieceKey(before) == pieceKey(w) })
		x.work = append(x.work, x.m.lease(p))
	}
}

func (x *machine) finish(rt *rapid.T) {
	if len(x.work) == 0 {
		return
	}
	i := even(rt, "work", len(x.work))
	w := x.work[i]
	x.work = slices.Delete(x.work, i, i+1)
	s := record.Settlement{Result: one(rt, "result", record.Sent, record.Later, record.Failed), Reason: "r"}
	if s.Result == record.Later {
		s.After = drawSeconds(rt, "after", 0, 30)
	}
	if w.Kind == record.WorkCase {
		k := x.m.findCase(w.Case.Code)
		if k != nil && k.Chat != w.Case.Chat {
			return // another chat has the code by now
		}
		if k != nil && !k.Due.Equal(w.Case.Due) {
			s.Result = record.Sent // what else would mean for a case that changed meanwhile is left open
		}
	}
	x.m.finish(w, s)
	if err := x.e.Finish(rt.Context(), w, s); err != nil {
		rt.Fatalf("Finish: %v", err)
	}
}

func (x *machine) advance(rt *rapid.T) {
	d := one(rt, "by", time.Second, 3*time.Second, record.LeaseTime, record.LeaseTime+time.Second, 30*time.Second, 100*time.Second, 40*time.Hour)
	for _, chat := range x.chats[2:] {
		for _, m := range x.m.chat(chat).queue { // how long after its end a message can be claimed is not told to the second
			d = min(d, m.Expires.Add(pushedStay).Sub(x.m.now)-time.Second)
		}
	}
	d = d.Truncate(time.Second)
	if d <= 0 {
		return
	}
	x.m.now = x.m.now.Add(d)
	x.e.Advance(d)
}

func (x *machine) sweep(rt *rapid.T) {
	if x.e.Sweep == nil {
		return
	}
	if err := x.e.Sweep(rt.Context()); err != nil {
		rt.Fatalf("Sweep: %v", err)
	}
}

// restore goes on with another engine, into which a backup was read.
func (x *machine) restore(rt *rapid.T) {
	for _, chat := range x.chats {
		c := x.m.chat(chat)
		expired := slices.ContainsFunc(c.queue, func(d modelMessage) bool { return x.m.over(d.Expires) })
		finished := slices.ContainsFunc(c.casesOf(), func(k *modelCase) bool { return k.finished })
		if expired || finished {
			return // whether such come along, and with which due time, is left open
		}
	}
	to := x.open()
	to.Advance(x.m.now.Sub(to.Now()))
	if err := to.Import(rt.Context(), each(export(rt, x.e))); err != nil {
		rt.Fatalf("Import: %v", err)
	}
	if err := x.e.Close(); err != nil {
		rt.Fatalf("Close: %v", err)
	}
	x.m.restore()
	x.e, x.leases, x.work = to, nil, nil
}

// revive revives or buries a dead letter.
func (x *machine) revive(rt *rapid.T) {
	dead := x.graves(rt)
	if len(dead) == 0 {
		return
	}
	i := even(rt, "dead", len(dead))
	fetched := dead[i].Letter.ID == "" && !x.sent(dead[i].Delivery.Chat) // revived, it would be sent
	if fetched || even(rt, "bury", 4) == 1 {
		x.m.bury(i)
		if err := x.e.Bury(rt.Context(), dead[i].ID); err != nil {
			rt.Fatalf("Bury: %v", err)
		}
		return
	}
	x.m.revive(i)
	if err := x.e.Revive(rt.Context(), dead[i].ID); err != nil {
		rt.Fatalf("Revive: %v", err)
	}
}
