package storetest

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// piece is something that is due as work.
type piece struct {
	next *time.Time
	work record.Work
}

// pieces returns all that is due, the longest due first.
func (m *model) pieces() (due []piece) {
	for _, l := range m.letters {
		if m.over(l.next) {
			due = append(due, piece{&l.next, record.Work{Kind: record.WorkLetter, Letter: l.Letter}})
		}
	}
	for name := range m.chats {
		for _, k := range m.named(name).cases {
			if !k.next.IsZero() && m.over(k.next) {
				due = append(due, piece{&k.next, record.Work{Kind: record.WorkCase, Case: k.Case}})
			}
		}
	}
	slices.SortFunc(due, func(a, b piece) int { return a.next.Compare(*b.next) })
	return due
}

// lease gives a piece of work away.
func (m *model) lease(p piece) record.Work {
	*p.next = m.now.Add(record.LeaseTime)
	return p.work
}

func (m *model) finish(w record.Work, s record.Settlement) {
	if w.Kind == record.WorkCase {
		m.finishCase(w, s)
		return
	}
	l := m.letters[w.Letter.ID]
	if l == nil {
		return
	}
	switch s.Result {
	case record.Later:
		l.Attempts++
		l.next = m.now.Add(s.After)
	case record.Failed:
		m.dead = append(m.dead, record.Dead{Letter: l.Letter, Reason: s.Reason, At: m.now})
		delete(m.letters, l.ID)
	default:
		delete(m.letters, l.ID)
	}
}

func (m *model) finishCase(w record.Work, s record.Settlement) {
	k := m.chat(w.Case.Chat).cases[w.Case.Code]
	if k == nil {
		return
	}
	switch s.Result {
	case record.Later:
		k.next = m.now.Add(s.After)
	case record.Failed:
		k.next, k.Due = time.Time{}, time.Time{}
	default:
		k.next = k.Due
		if k.Due.Equal(w.Case.Due) {
			k.next, k.finished = time.Time{}, true
		}
	}
}

// graves returns the dead letters that live.
func (m *model) graves() []record.Dead {
	m.dead = slices.DeleteFunc(m.dead, func(d record.Dead) bool { return m.over(d.At.Add(record.KeepDead)) })
	return m.dead
}

func (m *model) bury(i int) { m.dead = slices.Delete(m.dead, i, i+1) }

func (m *model) revive(i int) {
	d := m.dead[i]
	m.bury(i)
	if d.Letter.ID != "" {
		d.Letter.At, d.Letter.Attempts = m.now, 0
		m.letters[d.Letter.ID] = &modelLetter{d.Letter, m.now}
		return
	}
	c := m.chat(d.Delivery.Chat)
	d.Delivery.Seq, d.Delivery.Attempts, d.Delivery.Lapses = c.given()+1, 0, 0
	d.Delivery.Expires = m.now.Add(record.KeepDelivery)
	c.queue, c.push = append(c.queue, modelMessage{Delivery: d.Delivery, from: m.now}), true
	if c.revision > 0 {
		c.lastSeq = d.Delivery.Seq
	}
}

// restore is what reading a backup into an empty store makes of it: what was on
// its way is dead, for it may have been sent since; the rest is as it was.
func (m *model) restore() {
	bury := func(d record.Dead) {
		d.Reason, d.At = record.ReasonRestored, m.now
		m.dead = append(m.dead, d)
	}
	for name := range m.chats {
		c := m.named(name)
		for _, d := range c.queue {
			bury(record.Dead{Delivery: d.Delivery})
		}
		c.queue, c.tat = nil, time.Time{}
		m.tidy(c)
		for _, k := range c.cases {
			k.next = k.Due
		}
	}
	for id, l := range m.letters {
		bury(record.Dead{Letter: l.Letter})
		delete(m.letters, id)
	}
}
