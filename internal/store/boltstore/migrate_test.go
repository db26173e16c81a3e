package boltstore_test

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// value1 is a value as format 1 wrapped it.
func value1(ends time.Time, rec []byte) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 4), uint64(ends.UnixMilli()))
	b = append(b, rec...)
	binary.BigEndian.PutUint32(b, crc32.Checksum(b[4:], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// chat1 is version 1 of a chat with one mark.
func chat1(revision, lastSeq uint64, mark record.Mark, at time.Time, state string) []byte {
	b := binary.BigEndian.AppendUint64([]byte{1}, revision)
	b = binary.BigEndian.AppendUint64(b, lastSeq)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = append(b, mark[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(at.Unix()))
	return append(b, state...)
}

// delivery1 is version 1 of a delivery.
func delivery1(t *testing.T, chat bot.ChatID, seq uint64, text string, at, ends time.Time) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"channel": chat.Channel, "bot": chat.Bot, "chat": []byte(chat.Chat), "seq": seq,
		"reply": bot.Reply{Kind: bot.ReplyAnswer, Text: text}, "at": at, "expires": ends,
	})
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{1}, raw...)
}

// format1 writes a file by hand as format 1 was: a chat with two deliveries
// and a count, and a chat that has expired.
func format1(t *testing.T, now time.Time) (path string, names record.Names) {
	t.Helper()
	key := []byte(strings.Repeat("k", record.KeySize))
	names = record.NewNames(key)
	live, gone := names.Chat(alice), names.Chat(bot.ChatID{Chat: "gone"})
	queueKey := func(name record.Name, seq uint64) []byte { return binary.BigEndian.AppendUint64(name[:], seq) }
	expiryKey := func(at time.Time, name record.Name) []byte {
		return append(binary.BigEndian.AppendUint64(nil, uint64(at.Unix())), name[:]...)
	}
	ends, early := now.Add(record.KeepChat), now.Add(time.Hour)
	path = newPath(t)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for bucket, values := range map[string]map[string][]byte{
			"chat": {
				string(live[:]): value1(ends, chat1(7, 12, names.Mark("m7"), now, "state")),
				string(gone[:]): value1(now.Add(-time.Hour), chat1(1, 1, names.Mark("m1"), now.Add(-80*time.Hour), "secret")),
			},
			"queue": {
				string(queueKey(live, 11)): value1(early, delivery1(t, alice, 11, "pulled back", now, ends.Add(time.Hour))),
				string(queueKey(live, 12)): value1(ends, delivery1(t, alice, 12, "last", now, ends)),
				string(queueKey(gone, 1)):  value1(now.Add(-time.Hour), delivery1(t, bot.ChatID{Chat: "gone"}, 1, "secret", now, now)),
			},
			"count":  {"2026-11-21" + "taken": value1(now.Add(record.KeepCounts), binary.BigEndian.AppendUint64(nil, 5))},
			"expiry": {string(expiryKey(early, live)): nil, string(expiryKey(now.Add(-time.Hour), gone)): nil},
			"house":  {"format": binary.BigEndian.AppendUint64(nil, 1), "key": key},
		} {
			b, err := tx.CreateBucket([]byte(bucket))
			if err != nil {
				return err
			}
			for k, v := range values {
				if err := b.Put([]byte(k), v); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path, names
}

// A file of the format before is brought up to today's when it is opened, and
// everything in it lives on and ends as it would have.
func TestFormat1IsMigrated(t *testing.T) {
	t.Parallel()
	clock := newClock()
	path, names := format1(t, clock.now())
	options := quiet
	options.Now = clock.now
	s := mustOpen(t, path, options)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, path, options) // it is a file of today now

	if got := s.Key("p"); !slices.Equal(got, names.Key("p")) {
		t.Error("the key of the names was lost")
	}
	got, err := s.Load(t.Context(), alice)
	if err != nil || got.Revision != 7 || got.LastSeq != 12 || string(got.State) != "state" || len(got.Seen) != 1 {
		t.Errorf("Load = %+v, %v", got, err)
	}
	if saved, err := s.Save(t.Context(), record.Save{Chat: alice, Revision: 7, Update: "m7"}); err != nil || saved.Outcome != record.Duplicate {
		t.Errorf("Save of an update from before = %+v, %v, want a duplicate", saved, err)
	}
	if counts, err := s.Counts(t.Context(), "2026-11-21"); err != nil || counts["taken"] != 5 {
		t.Errorf("Counts = %v, %v", counts, err)
	}
	wantPending(t, s, alice, "pulled back", "last")
	for _, step := range []struct {
		wait time.Duration
		want []string
	}{{time.Hour, []string{"last"}}, {record.KeepDelivery - time.Hour, nil}} {
		clock.advance(step.wait)
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantPending(t, s, alice, step.want...)
		wantNoText(t, s, "secret")
	}
	if got, err := s.Load(t.Context(), alice); err != nil || !reflect.DeepEqual(got, record.Chat{}) {
		t.Errorf("at its end Load = %+v, %v", got, err)
	}
	if n := keysOf(t, s, "chat", "queue", "expiry"); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// What cannot be read is not thrown away: the file stays as it was.
func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	path, names := format1(t, time.Now())
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	name := names.Chat(bot.ChatID{Chat: "newer"})
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("chat")).Put(name[:], value1(time.Now().Add(time.Hour), []byte{99, 1, 2}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := boltstore.Open(path, quiet); err == nil || !strings.Contains(err.Error(), record.ErrVersion.Error()) {
			t.Fatalf("Open = %v, want %v", err, record.ErrVersion)
		}
	}
	if db, err = bbolt.Open(path, 0o600, nil); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bbolt.Tx) error {
		format := binary.BigEndian.Uint64(tx.Bucket([]byte("house")).Get([]byte("format")))
		if n := tx.Bucket([]byte("expiry")).Stats().KeyN; format != 1 || n != 2 {
			t.Errorf("format %d with %d expiry keys, want it as it was", format, n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
