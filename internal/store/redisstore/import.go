package redisstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// importBatch is how many things are written in one trip.
const importBatch = 200

// Import reads a backup into a store that holds nothing, else it returns
// [exchange.ErrNotEmpty]. It takes over the key of the names; what waited to be
// sent becomes dead letters. An import that did not reach its end leaves a mark:
// the store cannot be opened again, see [ErrUnfinished], but to import anew:
// then what the first try left is removed. Nobody else may have the store open
// meanwhile. Leases and values do not make a store one that holds something, and
// stay as they are.
func (s *Store) Import(ctx context.Context, items iter.Seq2[record.Item, error]) error {
	if err := s.clearUnfinished(ctx); err != nil {
		return err
	}
	err := s.walk(ctx, func(found []foundKey) error {
		if len(found) > 0 {
			return exchange.ErrNotEmpty
		}
		return nil
	})
	if err != nil {
		return err
	}
	begun := false
	var batch []*call
	for item, err := range items {
		if err != nil {
			return err
		}
		if !begun {
			if err := s.beginImport(ctx, item); err != nil {
				return err
			}
			begun = true
			continue
		}
		c, err := s.restore(item)
		if err != nil {
			return fmt.Errorf("restore %s: %w", item.Kind, err)
		}
		if batch = append(batch, c); len(batch) == importBatch {
			if err := s.flush(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if !begun {
		return errors.New("an empty backup")
	}
	if err := s.flush(ctx, batch); err != nil {
		return err
	}
	return s.endImport(ctx)
}

// clearUnfinished removes what an import left that did not reach its end.
func (s *Store) clearUnfinished(ctx context.Context) error {
	fields, err := s.readHouse(ctx)
	if _, begun := fields[houseImport]; err != nil || !begun {
		return err
	}
	return s.walk(ctx, func(found []foundKey) error {
		var batch []*call
		for _, k := range found {
			batch = append(batch, &call{shard: k.shard, args: []any{"unlink", k.key}, durable: true})
		}
		return s.flush(ctx, batch)
	})
}

func (s *Store) flush(ctx context.Context, batch []*call) error {
	s.all(ctx, batch)
	for _, c := range batch {
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// beginImport takes over the key, which comes first.
func (s *Store) beginImport(ctx context.Context, item record.Item) error {
	if item.Kind != record.ItemKey || len(item.Value) != record.KeySize {
		return errors.New("a backup without a key")
	}
	c := &call{shard: house, args: []any{"hset", s.keys.house(), houseImport, 1, houseKey, item.Value}, durable: true}
	if err := s.do(ctx, c); err != nil {
		return err
	}
	s.setKey(item.Value)
	return nil
}

// endImport makes sure that replicas hold all of it, and removes the mark.
func (s *Store) endImport(ctx context.Context) error {
	for shard := range record.Shards {
		c := &call{shard: shard, args: []any{"exists", s.keys.gone(shard)}, durable: true}
		if err := s.do(ctx, c); err != nil {
			return err
		}
	}
	return s.do(ctx, &call{shard: house, args: []any{"hdel", s.keys.house(), houseImport}, durable: true})
}

// restore returns the call that puts one thing back; see restore.lua.
func (s *Store) restore(i record.Item) (*call, error) {
	shard := int(i.Name.Shard())
	c := &call{shard: shard, script: &s.tools().restore}
	put := func(kind string, ends time.Time, value any, more ...any) *call {
		c.args = append([]any{s.clock.micros(), kind, ends.UnixMilli(), value}, more...)
		return c
	}
	now := s.clock.now()
	switch i.Kind {
	case record.ItemChat:
		chat, err := record.DecodeChat(i.Value)
		c.keys = []string{s.keys.chat(i.Name)}
		return put("chat", chatEnd(chat), s.tools().format.EncodeChat(chat)), err
	case record.ItemCase:
		k, err := record.DecodeCase(i.Value)
		if found, ok := record.CodeShard(k.Code); err == nil && (!ok || int(found) != shard) {
			err = record.ErrCorrupt
		}
		c.keys = []string{s.keys.cases(i.Name), s.keys.code(shard, k.Code), s.keys.work(shard)}
		if err != nil {
			return nil, err
		}
		raw, err := s.tools().format.EncodeCase(k)
		return put("case", k.Ends, raw, k.Code, i.Name[:], millis(k.Due)), err
	case record.ItemDelivery:
		d, err := record.DecodeDelivery(i.Value)
		if err != nil {
			return nil, err
		}
		return s.bringDead(record.Dead{Delivery: d, Reason: record.ReasonRestored, At: now})
	case record.ItemLetter:
		l, err := record.DecodeLetter(i.Value)
		if err != nil {
			return nil, err
		}
		return s.bringDead(record.Dead{Letter: l, Reason: record.ReasonRestored, At: now})
	case record.ItemDead:
		d, err := record.DecodeDead(i.Value)
		if err != nil {
			return nil, err
		}
		return s.bringDead(d)
	case record.ItemRef:
		c.keys = []string{s.keys.ref(i.Name, i.Mark)}
		return put("ref", i.Ends, u64(uint64(i.Ends.UnixMilli()))+string(i.Value)), nil
	case record.ItemWindow:
		w, state, err := record.DecodeWindow(i.Value)
		c.keys = []string{s.keys.queue(i.Name)}
		return put("window", w.Ends(state), s.tools().format.EncodeWindow(w, state), windowField), err
	case record.ItemCount:
		day, err := time.Parse(time.DateOnly, i.Day)
		c.keys = []string{s.keys.counts(c.shard, i.Day)}
		return put("count", day.Add(record.KeepCounts), i.N, i.Counter), err
	}
	return nil, fmt.Errorf("unknown kind %q", i.Kind)
}

// bringDead returns the call that writes a dead letter.
func (s *Store) bringDead(d record.Dead) (*call, error) {
	var value string
	var n record.Name
	if d.Letter.ID != "" {
		n = s.name(d.Letter.From)
		raw, err := s.tools().format.EncodeLetter(d.Letter)
		if err != nil {
			return nil, err
		}
		value = deadHead('l', d, "") + u64(uint64(d.Letter.At.UnixMilli())) + u16(d.Letter.Attempts) + string(raw)
	} else {
		n = s.name(d.Delivery.Chat)
		raw, err := s.tools().format.EncodeDelivery(d.Delivery)
		if err != nil {
			return nil, err
		}
		value = deadHead('d', d, s.base(d.Delivery)) + u64(uint64(d.Delivery.At.UnixMilli())) + string(raw)
	}
	shard := int(n.Shard())
	// A backup may hold a thing twice: the same content has the same id.
	mark := s.names.Load().Mark("dead " + value)
	id := hex.EncodeToString(append([]byte{n.Shard()}, mark[:6]...))
	return &call{
		shard: shard, script: &s.tools().restore, keys: []string{s.keys.grave(shard, id), s.keys.graves(shard)},
		args: []any{s.clock.micros(), "dead", d.At.Add(record.KeepDead).UnixMilli(), value, id},
	}, nil
}

func deadHead(kind byte, d record.Dead, field string) string {
	reason := d.Reason[:min(len(d.Reason), record.MaxReason)]
	head := append([]byte{kind}, u64(uint64(d.At.UnixMilli()))...)
	head = append(append(head, byte(len(reason))), reason...)
	return string(append(append(head, byte(len(field))), field...))
}
