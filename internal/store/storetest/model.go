package storetest

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// model is what a store does, in the simplest way that can be told: maps, and
// a look at the clock whenever something is asked. It is the specification that
// engines are compared with.
type model struct {
	now     time.Time
	names   record.Names
	chats   map[record.Name]*modelChat
	letters map[string]*modelLetter
	dead    []record.Dead
	counts  map[string]map[string]uint64
	tokens  uint64
}

// modelChat is one chat with its queue. The zero value is one nothing is known of.
type modelChat struct {
	// What Load shows.
	revision, lastSeq uint64
	state             []byte
	seen              map[record.Mark]time.Time
	ends              time.Time
	cases             map[string]*modelCase

	// The queue, by rising sequence, and what matters only while something waits.
	queue   []modelMessage
	push    bool
	lease   *modelLease
	blocked time.Time
	held    bool

	// What the channel lets through, and where the chat stands in it.
	window record.Window
	opened record.WindowState

	// How often it may be sent something, and what it was sent.
	pace record.Pace
	tat  time.Time // with it a message may go at tat − (Burst−1)·Every
	refs map[record.Mark]modelRef
}

type modelMessage struct {
	record.Delivery
	from  time.Time // scheduled for
	waits bool      // it was told that it waits until the chat writes
}

type modelLease struct {
	token record.Token
	seq   uint64
	until time.Time
}

type modelCase struct {
	record.Case
	next     time.Time // when it comes up as work, zero for never
	finished bool      // Due is what it was or zero, as the engine likes
}

type modelLetter struct {
	record.Letter
	next time.Time
}

type modelRef struct {
	provider string
	ref      []byte
	ends     time.Time
}

func newModel(now time.Time, names record.Names) *model {
	return &model{
		now: now, names: names,
		chats:   map[record.Name]*modelChat{},
		letters: map[string]*modelLetter{},
		counts:  map[string]map[string]uint64{},
	}
}

func (m *model) over(end time.Time) bool { return !m.now.Before(end) }

// chat returns what lives of a chat.
func (m *model) chat(id bot.ChatID) *modelChat { return m.named(m.names.Chat(id)) }

func (m *model) named(name record.Name) *modelChat {
	c := m.chats[name]
	if c == nil {
		c = &modelChat{cases: map[string]*modelCase{}, refs: map[record.Mark]modelRef{}}
		m.chats[name] = c
	}
	if m.over(c.ends) {
		c.revision, c.lastSeq, c.state, c.seen = 0, 0, nil, map[record.Mark]time.Time{}
	}
	maps.DeleteFunc(c.seen, func(_ record.Mark, at time.Time) bool { return m.over(at.Add(record.KeepSeen)) })
	maps.DeleteFunc(c.cases, func(_ string, k *modelCase) bool { return m.over(k.Ends) })
	maps.DeleteFunc(c.refs, func(_ record.Mark, r modelRef) bool { return m.over(r.ends) })
	c.queue = slices.DeleteFunc(c.queue, func(d modelMessage) bool {
		if c.push { // whoever claims it settles it
			return m.over(d.Expires.Add(pushedStay))
		}
		return m.over(d.Expires)
	})
	m.tidy(c)
	return c
}

// pushedStay is how long a message of a queue that is sent stays to be settled
// after its end.
const pushedStay = 72 * time.Hour

// given is the last sequence given out: numbers of what still waits are not
// used again, even if the chat itself has expired meanwhile.
func (c *modelChat) given() uint64 {
	last := c.lastSeq
	for _, d := range c.queue {
		last = max(last, d.Seq)
	}
	return last
}

// save does one step. Tokens are the model's own.
func (m *model) save(s record.Save) record.Saved {
	c := m.chat(s.Chat)
	mark := m.names.Mark(s.Update)
	if _, ok := c.seen[mark]; ok {
		return record.Saved{Outcome: record.Duplicate, Revision: c.revision, LastSeq: c.lastSeq}
	}
	if c.revision != s.Revision {
		return record.Saved{Outcome: record.Conflict, Revision: c.revision, LastSeq: c.lastSeq}
	}
	for _, change := range s.Cases {
		if k := m.findCase(change.Code); change.New && k != nil && k.Chat != s.Chat {
			return record.Saved{Outcome: record.CodeTaken, Revision: c.revision, LastSeq: c.lastSeq}
		}
	}
	c.lastSeq = c.given()
	if s.Forget {
		c.queue, c.cases, c.refs, c.tat = nil, map[string]*modelCase{}, map[record.Mark]modelRef{}, time.Time{}
		c.window, c.opened = record.Window{}, record.WindowState{}
		m.tidy(c)
	}
	c.revision++
	c.state, c.ends = bytes.Clone(s.State), m.now.Add(record.KeepChat)
	c.seen[mark] = m.now
	for _, change := range s.Cases {
		m.putCase(c, s.Chat, change)
	}
	m.enqueue(c, s)
	for i, l := range s.Letters {
		id := m.names.Letter(s.Chat, s.Update, i)
		m.letters[id] = &modelLetter{record.Letter{ID: id, From: s.Chat, Letter: l, At: m.now}, m.now}
	}
	for _, name := range s.Counts {
		if m.counts[s.Day] == nil {
			m.counts[s.Day] = map[string]uint64{}
		}
		m.counts[s.Day][name]++
	}
	saved := record.Saved{Outcome: record.Done, Revision: c.revision, LastSeq: c.lastSeq}
	if s.Way.Push {
		c.push, c.pace = true, s.Way.Pace
		m.open(c, s.Way)
	}
	if s.Way.Push && s.Way.Lease {
		saved.Lease = m.take(c)
	}
	return saved
}

// enqueue queues what a save sends, in place of what that replaces.
func (m *model) enqueue(c *modelChat, s record.Save) {
	earlier := c.lastSeq
	for _, o := range s.Out {
		c.queue = slices.DeleteFunc(c.queue, func(d modelMessage) bool {
			leased := c.lease != nil && c.lease.seq == d.Seq
			return o.Collapse != "" && d.Collapse == o.Collapse && d.Seq <= earlier && !leased
		})
		c.lastSeq++
		c.queue = append(c.queue, modelMessage{Delivery: o.Delivery(s.Chat, c.lastSeq, m.now), from: m.now.Add(o.After)})
	}
}

// count returns the counters of a day that live.
func (m *model) count(day string) map[string]uint64 {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil || m.over(date.Add(record.KeepCounts)) {
		return nil
	}
	return m.counts[day]
}

func (m *model) findCase(code string) *modelCase {
	for name := range m.chats {
		if k := m.named(name).cases[code]; k != nil {
			return k
		}
	}
	return nil
}

func (m *model) putCase(c *modelChat, chat bot.ChatID, change record.CaseChange) {
	if change.Remove {
		delete(c.cases, change.Code)
		return
	}
	k := &modelCase{Case: change.Case, next: change.Due}
	k.Chat = chat
	c.cases[change.Code] = k
}

// casesOf returns the cases of a chat by rising code.
func (c *modelChat) casesOf() []*modelCase {
	return slices.SortedFunc(maps.Values(c.cases), func(a, b *modelCase) int { return strings.Compare(a.Code, b.Code) })
}
