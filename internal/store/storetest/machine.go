package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// model is what a store does, in the simplest way that can be told.
type model struct {
	now    time.Time
	chats  map[bot.ChatID]*modelChat
	counts map[string]map[string]uint64
}

type modelChat struct {
	revision, lastSeq uint64
	state             string
	ends              time.Time
	seen              map[string]time.Time
	queue             []modelDelivery
}

type modelDelivery struct {
	seq  uint64
	text string
	ends time.Time
}

// chat returns the live chat, or a new one that save puts in its place.
func (m *model) chat(id bot.ChatID) *modelChat {
	c := m.chats[id]
	if c == nil || !m.now.Before(c.ends) {
		return &modelChat{seen: map[string]time.Time{}}
	}
	return c
}

func (m *model) save(s record.Save) record.Outcome {
	c := m.chat(s.Chat)
	if at, ok := c.seen[s.Update]; ok && m.now.Sub(at) < record.KeepSeen {
		return record.Duplicate
	}
	if c.revision != s.Revision {
		return record.Conflict
	}
	if s.Forget {
		c.queue = nil
	}
	c.revision++
	c.state = string(s.State)
	c.ends = m.now.Add(record.KeepChat)
	c.seen[s.Update] = m.now
	for _, r := range s.Out {
		c.lastSeq++
		c.queue = append(c.queue, modelDelivery{c.lastSeq, r.Reply.Text, m.now.Add(record.KeepDelivery)})
	}
	for _, name := range s.Counts {
		if m.counts[s.Day] == nil {
			m.counts[s.Day] = map[string]uint64{}
		}
		m.counts[s.Day][name]++
	}
	m.chats[s.Chat] = c
	return record.Done
}

func (m *model) ack(id bot.ChatID, upTo uint64) {
	c := m.chat(id)
	if upTo > c.lastSeq {
		return
	}
	c.queue = slices.DeleteFunc(c.queue, func(d modelDelivery) bool { return d.seq <= upTo })
}

func (m *model) pending(id bot.ChatID) (seqs []uint64, texts []string) {
	for _, d := range m.chat(id).queue {
		if m.now.Before(d.ends) {
			seqs, texts = append(seqs, d.seq), append(texts, d.text)
		}
	}
	return seqs, texts
}

// machine drives an engine and the model side by side and compares all that
// can be read after each step.
func machine(t *testing.T, open func(t *testing.T) *Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		e := open(t)
		defer func() { _ = e.Close() }() // open closes it again; this bounds what is open at a time
		m := &model{now: time.Unix(0, 0), chats: map[bot.ChatID]*modelChat{}, counts: map[string]map[string]uint64{}}
		if e.Now != nil {
			m.now = e.Now()
		}
		chat := rapid.SampledFrom([]bot.ChatID{chatA, {Channel: "web", Bot: "main", Chat: "a{\x00}"}, {}})
		update := rapid.SampledFrom([]string{"1", "2", "3", "4", "5"})
		steps := map[string]func(*rapid.T){
			"save": func(rt *rapid.T) {
				id := chat.Draw(rt, "chat")
				s := record.Save{
					Chat:     id,
					Revision: m.chat(id).revision,
					Update:   update.Draw(rt, "update"),
					State:    []byte(rapid.StringN(0, 20, -1).Draw(rt, "state")),
					Day:      rapid.SampledFrom([]string{"2026-11-21", "2026-11-22"}).Draw(rt, "day"),
					Counts:   rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 3).Draw(rt, "counts"),
					Forget:   rapid.IntRange(0, 9).Draw(rt, "forget") == 0,
				}
				if rapid.IntRange(0, 4).Draw(rt, "stale") == 0 {
					s.Revision = rapid.Uint64Range(0, 5).Draw(rt, "revision")
				}
				for range rapid.IntRange(0, 3).Draw(rt, "replies") {
					s.Out = append(s.Out, record.Outgoing{Reply: bot.Reply{Text: rapid.String().Draw(rt, "text")}})
				}
				got, err := e.Save(rt.Context(), s)
				if want := m.save(s); err != nil || got.Outcome != want {
					rt.Fatalf("Save = %+v, %v, want %v", got, err, want)
				}
			},
			"ack": func(rt *rapid.T) {
				id, upTo := chat.Draw(rt, "chat"), rapid.Uint64Range(0, 12).Draw(rt, "up to")
				m.ack(id, upTo)
				if err := e.Ack(rt.Context(), id, upTo); err != nil {
					rt.Fatalf("Ack: %v", err)
				}
			},
			"": func(rt *rapid.T) { compare(rt, e, m) },
		}
		if e.Advance != nil {
			steps["advance"] = func(rt *rapid.T) {
				d := time.Duration(rapid.Int64Range(1, 40*3600).Draw(rt, "seconds")) * time.Second
				m.now = m.now.Add(d)
				e.Advance(d)
			}
		}
		if e.Sweep != nil {
			steps["sweep"] = func(rt *rapid.T) {
				if err := e.Sweep(rt.Context()); err != nil {
					rt.Fatalf("Sweep: %v", err)
				}
			}
		}
		steps["reopen"] = func(rt *rapid.T) { reopen(rt, e) }
		rt.Repeat(steps)
	})
}

func compare(rt *rapid.T, e *Engine, m *model) {
	for _, id := range []bot.ChatID{chatA, {Channel: "web", Bot: "main", Chat: "a{\x00}"}, {}} {
		want := m.chat(id)
		got, err := e.Load(rt.Context(), id)
		if err != nil || got.Revision != want.revision || got.LastSeq != want.lastSeq || string(got.State) != want.state {
			rt.Fatalf("Load of %q = %+v, %v, want %+v", id, got, err, want)
		}
		ds, err := e.Pending(rt.Context(), id)
		wantSeqs, wantTexts := m.pending(id)
		if err != nil || !slices.Equal(seqs(ds), wantSeqs) || !slices.Equal(texts(ds), wantTexts) {
			rt.Fatalf("Pending of %q = %+v, %v, want %v %q", id, ds, err, wantSeqs, wantTexts)
		}
	}
	for day, want := range m.counts {
		if got, err := e.Counts(rt.Context(), day); err != nil || !reflect.DeepEqual(got, want) {
			rt.Fatalf("Counts of %s = %v, %v, want %v", day, got, err, want)
		}
	}
}
