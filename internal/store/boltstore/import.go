package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// One commit of an import takes about that much.
const (
	importItems = 1000
	importBytes = 4 << 20
)

var (
	errNoKey = errors.New("a backup begins with its key")
	errNoEnd = errors.New("no end")
)

// Import reads what an Export showed into a store that holds nothing, else it
// returns [exchange.ErrNotEmpty]. What waited to be sent becomes dead letters:
// it may have been sent since.
//
// It commits piece by piece, behind a mark that goes with the last one. While
// that stands everything else returns [UnfinishedError], as does opening the
// store again; another Import starts over. Leases and values do not make a
// store one that holds something, and stay as they are.
func (s *Store) Import(ctx context.Context, items iter.Seq2[record.Item, error]) error {
	if err := s.load(ctx, items); err != nil {
		return fmt.Errorf("import store: %w", err)
	}
	return nil
}

func (s *Store) load(ctx context.Context, items iter.Seq2[record.Item, error]) error {
	end, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := s.write(ctx, func(tx *bbolt.Tx) (bool, error) { return false, s.unit(tx).empty() }); err != nil {
		return err
	}
	next, stop := iter.Pull2(items)
	defer stop()
	key, err := firstKey(next)
	if err != nil {
		return err
	}
	if err := s.beginImport(ctx, key); err != nil {
		return err
	}
	names := record.NewNames(key)
	s.names.Store(&names)
	for more := true; more; {
		var piece []record.Item
		if piece, more, err = nextPiece(next); err != nil {
			return err
		}
		if err := s.importPiece(ctx, piece, !more); err != nil {
			return err
		}
	}
	return nil
}

func firstKey(next func() (record.Item, error, bool)) ([]byte, error) {
	i, err, ok := next()
	switch {
	case ok && err != nil:
		return nil, err
	case !ok || i.Kind != record.ItemKey || len(i.Value) != record.KeySize:
		return nil, errNoKey
	}
	return bytes.Clone(i.Value), nil
}

// nextPiece reads what one commit takes.
func nextPiece(next func() (record.Item, error, bool)) (piece []record.Item, more bool, err error) {
	for size := 0; len(piece) < importItems && size < importBytes; {
		i, err, ok := next()
		if !ok || err != nil {
			return piece, false, err
		}
		i.Value, i.Counter = bytes.Clone(i.Value), bytes.Clone(i.Counter)
		piece = append(piece, i)
		size += len(i.Value)
	}
	return piece, true, nil
}

// empty returns an error if anything lives here that is not left over from an
// import.
func (u *unit) empty() error {
	house := u.tx.Bucket(houseBucket)
	if to := house.Get(movedKey); to != nil {
		return &exchange.MovedError{To: string(to)}
	}
	if house.Get(importingKey) != nil {
		return nil
	}
	for _, bucket := range [][]byte{chatBucket, queueBucket, caseBucket, letterBucket, refBucket, deadBucket, countBucket} {
		c := u.tx.Bucket(bucket).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if ends, known := endsOf(v); !known || !over(ends, u.now) {
				return exchange.ErrNotEmpty
			}
		}
	}
	return nil
}

// beginImport empties the store, marks it and gives it the names of the backup.
func (s *Store) beginImport(ctx context.Context, key []byte) error {
	return s.write(ctx, func(tx *bbolt.Tx) (bool, error) {
		if err := s.unit(tx).empty(); err != nil { // somebody may have been faster
			return false, err
		}
		for _, bucket := range dataBuckets() {
			if err := tx.DeleteBucket(bucket); err != nil {
				return true, err
			}
			if _, err := tx.CreateBucket(bucket); err != nil {
				return true, err
			}
		}
		house := tx.Bucket(houseBucket)
		return true, errors.Join(house.Put(importingKey, []byte{1}), house.Put(nameKey, key))
	})
}

// importPiece writes items, and with the last of them takes the mark away.
func (s *Store) importPiece(ctx context.Context, piece []record.Item, last bool) error {
	return s.write(ctx, func(tx *bbolt.Tx) (bool, error) {
		u := s.unit(tx)
		for _, i := range piece {
			if err := u.importItem(i); err != nil {
				return true, fmt.Errorf("%s: %w", i.Kind, err)
			}
		}
		if !last {
			return true, nil
		}
		return true, tx.Bucket(houseBucket).Delete(importingKey)
	})
}

// importItem writes one item in the encoding of today: a flat list of kinds.
func (u *unit) importItem(i record.Item) error {
	switch kept := i.Kind == record.ItemChat || i.Kind == record.ItemRef || i.Kind == record.ItemDead; {
	case kept && i.Ends.IsZero():
		return errNoEnd // nothing is kept for good
	case kept && over(i.Ends, u.now):
		return nil
	}
	switch i.Kind {
	case record.ItemChat:
		c, err := record.DecodeChat(i.Value)
		if err != nil {
			return err
		}
		return u.put(kindChat, i.Name[:], i.Ends, record.Newest.EncodeChat(c))
	case record.ItemCase:
		c, err := record.DecodeCase(i.Value)
		if err != nil {
			return err
		}
		return u.putCase(i.Name, c, nanos(c.Due))
	case record.ItemDelivery:
		d, err := record.DecodeDelivery(i.Value)
		if err != nil {
			return err
		}
		return u.bury(deadDelivery(i.Name, d, record.ReasonRestored, u.now), u.now.Add(record.KeepDead))
	case record.ItemLetter:
		l, err := record.DecodeLetter(i.Value)
		if err != nil {
			return err
		}
		return u.bury(record.Dead{ID: l.ID, Letter: l, Reason: record.ReasonRestored, At: u.now}, u.now.Add(record.KeepDead))
	case record.ItemDead:
		d, err := record.DecodeDead(i.Value)
		if err != nil {
			return err
		}
		return u.bury(d, i.Ends)
	case record.ItemRef:
		return u.put(kindRef, refKey(i.Name, i.Mark), i.Ends, i.Value)
	case record.ItemWindow:
		w, s, err := record.DecodeWindow(i.Value)
		if err != nil {
			return err
		}
		return u.keep(&line{name: i.Name, flow: flow{window: w, opened: s}})
	case record.ItemCount:
		return u.putCount(i.Day, string(i.Counter), i.N)
	default:
		return errors.New("unknown kind of item")
	}
}
