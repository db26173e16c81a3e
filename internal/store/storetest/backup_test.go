package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// items is everything that lives.
func (s *memory) items() (all []record.Item, err error) {
	add := func(i record.Item, value []byte, e error) {
		i.Value, err = value, errors.Join(err, e)
		all = append(all, i)
	}
	add(record.Item{Kind: record.ItemKey}, s.key, nil)
	for name := range s.m.chats {
		c := s.m.named(name)
		if c.revision > 0 {
			add(record.Item{Kind: record.ItemChat, Name: name, Ends: c.ends}, record.Newest.EncodeChat(s.load(c)), nil)
		}
		for _, k := range c.cases {
			value, err := record.Newest.EncodeCase(k.Case)
			add(record.Item{Kind: record.ItemCase, Name: name, Ends: k.Ends}, value, err)
		}
		for _, d := range c.queue {
			value, err := record.Newest.EncodeDelivery(d.Delivery)
			add(record.Item{Kind: record.ItemDelivery, Name: name, Ends: d.Expires}, value, err)
		}
		if !s.m.over(c.window.Ends(c.opened)) {
			add(record.Item{Kind: record.ItemWindow, Name: name, Ends: c.window.Ends(c.opened)}, record.Newest.EncodeWindow(c.window, c.opened), nil)
		}
		for mark, r := range c.refs {
			add(record.Item{Kind: record.ItemRef, Name: name, Mark: mark, Ends: r.ends}, r.ref, nil)
		}
	}
	for _, l := range s.m.letters {
		value, err := record.Newest.EncodeLetter(l.Letter)
		add(record.Item{Kind: record.ItemLetter}, value, err)
	}
	for _, d := range s.m.graves() {
		d.ID = s.graveID(d)
		value, err := record.Newest.EncodeDead(d)
		add(record.Item{Kind: record.ItemDead, Ends: d.At.Add(record.KeepDead)}, value, err)
	}
	for day := range s.m.counts {
		for name, n := range s.m.count(day) {
			all = append(all, record.Item{Kind: record.ItemCount, Day: day, Counter: []byte(name), N: n})
		}
	}
	return all, err
}

func (s *memory) Import(ctx context.Context, items iter.Seq2[record.Item, error]) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if used, _ := s.items(); len(used) > 1 {
		return exchange.ErrNotEmpty
	}
	var to *model
	for i, err := range items {
		switch {
		case err != nil:
			return err
		case to == nil && (i.Kind != record.ItemKey || len(i.Value) != record.KeySize):
			return errors.New("a backup without a key")
		case to == nil:
			to = newModel(s.m.now, record.NewNames(i.Value))
			s.key = i.Value
		default:
			if err := to.bring(i); err != nil {
				return fmt.Errorf("restore %s: %w", i.Kind, err)
			}
		}
	}
	if to == nil {
		return errors.New("an empty backup")
	}
	s.m = to
	return nil
}

// bring puts one item back.
func (m *model) bring(i record.Item) error {
	c := m.named(i.Name)
	switch i.Kind {
	case record.ItemChat:
		chat, err := record.DecodeChat(i.Value)
		if err != nil {
			return err
		}
		c.revision, c.lastSeq, c.state, c.ends = chat.Revision, chat.LastSeq, chat.State, i.Ends
		for _, seen := range chat.Seen {
			c.seen[seen.Mark] = time.Unix(int64(seen.At), 0)
		}
	case record.ItemCase:
		k, err := record.DecodeCase(i.Value)
		c.cases[k.Code] = &modelCase{Case: k, next: k.Due}
		return err
	case record.ItemDelivery:
		d, err := record.DecodeDelivery(i.Value)
		m.dead = append(m.dead, record.Dead{Delivery: d, Reason: record.ReasonRestored, At: m.now})
		return err
	case record.ItemLetter:
		l, err := record.DecodeLetter(i.Value)
		m.dead = append(m.dead, record.Dead{Letter: l, Reason: record.ReasonRestored, At: m.now})
		return err
	case record.ItemDead:
		d, err := record.DecodeDead(i.Value)
		m.dead = append(m.dead, d)
		return err
	case record.ItemRef:
		c.refs[i.Mark] = modelRef{ref: i.Value, ends: i.Ends}
	case record.ItemWindow:
		w, s, err := record.DecodeWindow(i.Value)
		c.window, c.opened = w, s
		return err
	case record.ItemCount:
		if m.counts[i.Day] == nil {
			m.counts[i.Day] = map[string]uint64{}
		}
		m.counts[i.Day][string(i.Counter)] = i.N
	}
	return nil
}
