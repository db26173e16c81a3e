package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Export shows all that lives, the key of the names first, until show returns
// an error, which Export returns. While saves go on it is no single moment, and
// a thing may be shown twice. The caller must not keep what it is shown.
func (s *Store) Export(ctx context.Context, show func(record.Item) error) error {
	key := &call{shard: house, args: []any{"hget", s.keys.house(), houseKey}}
	if err := s.do(ctx, key); err != nil {
		return err
	}
	if err := show(record.Item{Kind: record.ItemKey, Value: []byte(text(key.value))}); err != nil {
		return err
	}
	days := map[string]bool{}
	err := s.walk(ctx, func(found []foundKey) error { return s.exportKeys(ctx, found, days, show) })
	if err != nil {
		return err
	}
	for day := range days { // each lies in many shards
		counts, err := s.Counts(ctx, day)
		if err != nil {
			return err
		}
		for name, n := range counts {
			if err := show(record.Item{Kind: record.ItemCount, Day: day, Counter: []byte(name), N: n}); err != nil {
				return err
			}
		}
	}
	return nil
}

// readers tells how the keys that go into a backup are read.
func readers() map[string]string {
	return map[string]string{"c": "get", "m": "get", "d": "get", "q": "hgetall", "k": "hgetall", "l": "hgetall"}
}

func (s *Store) exportKeys(ctx context.Context, found []foundKey, days map[string]bool, show func(record.Item) error) error {
	var calls []*call
	var of []foundKey
	commands := readers()
	for _, k := range found {
		if k.kind == "n" {
			days[k.rest] = true
		}
		if command := commands[k.kind]; command != "" {
			calls = append(calls, &call{shard: k.shard, args: []any{command, k.key}})
			of = append(of, k)
		}
	}
	s.all(ctx, calls)
	for i, c := range calls {
		if c.err != nil {
			return c.err
		}
		if c.value == nil {
			continue // it has ended since
		}
		items, err := s.items(of[i], c.value)
		if err != nil {
			return fmt.Errorf("read %s: %w", of[i].kind, err)
		}
		for _, item := range items {
			if err := show(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// items returns what lives of a key.
func (s *Store) items(k foundKey, value any) ([]record.Item, error) {
	switch k.kind {
	case "c":
		return s.chatItem(k, text(value))
	case "m":
		return s.refItem(k, text(value))
	case "d":
		return s.deadItem(k, text(value))
	}
	var items []record.Item
	fields := pairs(value)
	settled := time.Duration(0) // how long after its end a message still waits
	if _, sent := fields[sentField]; sent {
		settled = slack
	}
	for field, raw := range fields {
		item, err := s.fieldItem(k, field, raw, settled)
		if err != nil {
			return nil, err
		}
		if item.Kind != "" {
			items = append(items, item)
		}
	}
	return items, nil
}

// nameOf reads the name that a key's rest begins with.
func nameOf(rest string) (record.Name, string, error) {
	if len(rest) < len(record.Name{}) {
		return record.Name{}, "", record.ErrCorrupt
	}
	return record.Name([]byte(rest[:16])), rest[16:], nil
}

func (s *Store) chatItem(k foundKey, value string) ([]record.Item, error) {
	n, _, err := nameOf(k.rest)
	if err != nil {
		return nil, err
	}
	c, err := record.DecodeChat([]byte(value))
	if err != nil || !chatEnd(c).After(s.clock.now()) {
		return nil, err
	}
	return []record.Item{{Kind: record.ItemChat, Name: n, Value: []byte(value), Ends: chatEnd(c)}}, nil
}

func (s *Store) refItem(k foundKey, value string) ([]record.Item, error) {
	n, mark, err := nameOf(k.rest)
	if err != nil || len(mark) != len(record.Mark{}) || len(value) < 8 {
		return nil, record.ErrCorrupt
	}
	ends := timeAt(value)
	if !ends.After(s.clock.now()) {
		return nil, nil
	}
	return []record.Item{{Kind: record.ItemRef, Name: n, Mark: record.Mark([]byte(mark)), Value: []byte(value[8:]), Ends: ends}}, nil
}

func (s *Store) deadItem(k foundKey, value string) ([]record.Item, error) {
	d, err := s.decodeDead(k.rest, value)
	if err != nil {
		return nil, err
	}
	ends := d.At.Add(record.KeepDead)
	if !ends.After(s.clock.now()) {
		return nil, nil
	}
	raw, err := s.tools().format.EncodeDead(d)
	return []record.Item{{Kind: record.ItemDead, Value: raw, Ends: ends}}, err
}

// fieldItem returns what lives of a field of a hash; the zero item for nothing.
func (s *Store) fieldItem(k foundKey, field, raw string, settled time.Duration) (item record.Item, err error) {
	now := s.clock.now()
	if k.kind == "l" {
		l, err := s.decodeLetter(raw)
		if err != nil {
			return item, err
		}
		item.Kind = record.ItemLetter
		item.Value, err = s.tools().format.EncodeLetter(l)
		return item, err
	}
	n, _, err := nameOf(k.rest)
	switch {
	case err != nil:
		return item, err
	case k.kind == "k":
		c, err := record.DecodeCase([]byte(raw))
		if err != nil || !c.Ends.After(now) {
			return item, err
		}
		return record.Item{Kind: record.ItemCase, Name: n, Value: []byte(raw), Ends: c.Ends}, nil
	case field == windowField:
		w, state, err := record.DecodeWindow([]byte(raw))
		if err != nil || !w.Ends(state).After(now) {
			return item, err
		}
		return record.Item{Kind: record.ItemWindow, Name: n, Value: []byte(raw), Ends: w.Ends(state)}, nil
	case !isDelivery(field):
		return item, nil
	}
	d, err := s.decodeStored(field, raw)
	if err != nil || !d.Expires.Add(settled).After(now) {
		return item, err
	}
	value, err := s.tools().format.EncodeDelivery(d.Delivery)
	return record.Item{Kind: record.ItemDelivery, Name: n, Value: value, Ends: d.Expires}, err
}
