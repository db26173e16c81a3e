package storetest

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// tidy forgets what mattered only while something waited. A window is known for
// as long as it is not over.
func (m *model) tidy(c *modelChat) {
	if len(c.queue) > 0 {
		return
	}
	c.lease, c.blocked, c.held = nil, time.Time{}, false
	if m.over(c.window.Ends(c.opened)) {
		c.window, c.opened = record.Window{}, record.WindowState{}
	}
}

// open is what a save says about the window of a chat: if the chat itself
// wrote, all that waited for that may go.
func (m *model) open(c *modelChat, way record.Way) {
	if way.Window != (record.Window{}) {
		c.window = way.Window
	}
	if !way.Inbound {
		return
	}
	c.held = false
	for i := range c.queue {
		c.queue[i].waits = false
	}
	if c.window != (record.Window{}) {
		c.opened = record.WindowState{Since: m.now}
	}
}

// standing is what Load shows of the window.
func (m *model) standing(c *modelChat) record.WindowState {
	if m.over(c.window.Ends(c.opened)) {
		return record.WindowState{}
	}
	return c.opened
}

// shut reports whether nothing of that priority may go before the chat writes.
func (m *model) shut(c *modelChat, d *modelMessage) bool {
	return c.held || !c.window.Lets(c.opened, d.Priority, m.now)
}

// claimable reports whether a message whose time has come may be leased: to be
// sent, to tell that it waits, or to end it.
func (m *model) claimable(c *modelChat, d *modelMessage) bool {
	switch {
	case m.over(d.Expires):
		return true
	case d.waits:
		return false
	}
	return d.Reply.Track != "" || !m.shut(c, d)
}

// message returns the message of that sequence, nil if it does not wait.
func (c *modelChat) message(seq uint64) *modelMessage {
	for i := range c.queue {
		if c.queue[i].Seq == seq {
			return &c.queue[i]
		}
	}
	return nil
}

func (c *modelChat) remove(seq uint64) {
	c.queue = slices.DeleteFunc(c.queue, func(d modelMessage) bool { return d.Seq == seq })
}

// head returns the first message that may be leased, by priority and sequence.
func (m *model) head(c *modelChat) *modelMessage {
	var first *modelMessage
	for i := range c.queue {
		if d := &c.queue[i]; m.over(d.from) && m.claimable(c, d) && (first == nil || d.Priority < first.Priority) {
			first = d
		}
	}
	return first
}

// paced reports whether the pace lets the chat be sent something now.
func (m *model) paced(c *modelChat) bool {
	return c.pace.Every == 0 || m.over(c.tat.Add(-time.Duration(c.pace.Burst-1)*c.pace.Every))
}

// may reports whether the chat's first message may go now, whoever holds it.
func (m *model) may(c *modelChat) bool {
	return c.push && m.over(c.blocked) && m.paced(c) && m.head(c) != nil
}

// free reports whether nobody holds a lease that lives.
func (m *model) free(c *modelChat) bool { return c.lease == nil || m.over(c.lease.until) }

// take leases the queue if it is free and its first message may go.
func (m *model) take(c *modelChat) *record.Lease {
	if !m.free(c) || !m.may(c) {
		return nil
	}
	if c.lease != nil {
		if d := c.message(c.lease.seq); d != nil {
			d.Lapses++
		}
	}
	m.tokens++
	c.lease = &modelLease{token: record.Token(binary.BigEndian.AppendUint64(nil, m.tokens))}
	return m.renew(c, m.head(c))
}

// renew makes the lease one of d from now on.
func (m *model) renew(c *modelChat, d *modelMessage) *record.Lease {
	c.lease.seq, c.lease.until = d.Seq, m.now.Add(record.LeaseTime)
	over := m.over(d.Expires)
	return &record.Lease{
		Delivery: d.Delivery, Token: c.lease.token, Barred: c.bars(d.Guard), Over: over, Shut: !over && m.shut(c, d),
	}
}

func (c *modelChat) bars(g record.Guard) bool {
	k := c.cases[g.Code]
	return g.Code != "" && (k == nil || k.Epoch != g.Epoch)
}

// due returns the chats of a lane that may be claimed.
func (m *model) due(lane string) (due []*modelChat) {
	for name := range m.chats {
		if c := m.named(name); m.free(c) && m.may(c) && record.Lane(m.head(c).Chat) == lane {
			due = append(due, c)
		}
	}
	return due
}

// holds reports whether a lease is still the one that was given.
func (c *modelChat) holds(l record.Lease) bool { return c.lease != nil && c.lease.token == l.Token }

func (m *model) settle(l record.Lease, s record.Settlement) *record.Lease {
	c := m.chat(l.Delivery.Chat)
	holds, d := c.holds(l), c.message(l.Delivery.Seq)
	if !holds && s.Result != record.Sent && s.Result != record.Failed {
		return nil
	}
	if s.Result == record.Later && holds {
		c.blocked = m.now.Add(s.After)
	}
	if d != nil {
		m.apply(c, d, s)
	}
	c.held = c.held || s.Result == record.Held && !s.Shut
	defer m.tidy(c)
	switch {
	case !holds:
		return nil
	case s.Result == record.Progressed && d != nil && m.paced(c) && m.claimable(c, d):
		return m.renew(c, d)
	case s.Result == record.Sent || s.Result == record.Dropped || s.Result == record.Failed || s.Result == record.Held && s.Shut:
		if m.may(c) {
			return m.renew(c, m.head(c))
		}
	}
	c.lease = nil
	return nil
}

// apply changes the message as its settlement tells.
func (m *model) apply(c *modelChat, d *modelMessage, s record.Settlement) {
	if s.Result == record.Held {
		if s.Shut && !m.shut(c, d) {
			return // the chat wrote meanwhile
		}
		d.waits = d.Reply.Track != ""
	}
	if s.Ended != nil {
		m.tell(d.Delivery, *s.Ended)
	}
	if s.Result == record.Sent && d.Reply.Card != "" && len(s.Providers) > 0 {
		m.remember(c, record.CardRef(d.Reply.Card), []byte(s.Providers[0]))
	}
	if s.Result == record.Sent || s.Result == record.Progressed {
		for _, provider := range s.Providers {
			if len(d.Ref) > 0 {
				m.remember(c, provider, d.Ref)
			}
		}
		c.opened = c.window.Spent(c.opened, len(s.Providers), s.Left)
		if m.over(c.tat) {
			c.tat = m.now
		}
		if s.Pace.Every > 0 {
			c.pace = s.Pace
		}
		c.tat = c.tat.Add(s.Pace.Every)
	}
	switch s.Result {
	case record.Progressed:
		d.Sent, d.Note, d.Lapses = s.Sent, s.Note, 0
	case record.Later:
		if s.Uncertain {
			d.Lapses++
		} else {
			d.Attempts++
		}
	case record.Failed:
		m.dead = append(m.dead, record.Dead{Delivery: d.Delivery, Reason: s.Reason, At: m.now})
		c.remove(d.Seq)
	case record.Sent, record.Dropped:
		c.remove(d.Seq)
	}
}

func (m *model) remember(c *modelChat, provider string, ref []byte) {
	c.refs[m.names.Mark(provider)] = modelRef{provider, ref, m.now.Add(record.KeepDead)}
}

// tell writes the letter that tells how a message ended.
func (m *model) tell(d record.Delivery, e bot.Ended) {
	l := m.names.EndedLetter(d, e, m.now)
	m.letters[l.ID] = &modelLetter{l, m.now}
}

func (m *model) release(l record.Lease) {
	if c := m.chat(l.Delivery.Chat); c.holds(l) {
		c.lease = nil
	}
}

func (m *model) pending(id bot.ChatID) (ds []record.Delivery) {
	for _, d := range m.chat(id).queue {
		if !m.over(d.Expires) {
			ds = append(ds, d.Delivery)
		}
	}
	return ds
}

func (m *model) ack(id bot.ChatID, upTo uint64) {
	c := m.chat(id)
	if upTo > c.given() {
		return // of an earlier life of the chat
	}
	c.queue = slices.DeleteFunc(c.queue, func(d modelMessage) bool {
		if d.Seq <= upTo && d.Reply.Track != "" {
			m.tell(d.Delivery, bot.Ended{Track: d.Reply.Track, End: bot.EndSent})
		}
		return d.Seq <= upTo
	})
	m.tidy(c)
}
