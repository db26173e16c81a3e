package redisstore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

const before = record.Newest - 1

// clock is one that is moved by hand.
type clock struct{ time.Time }

func (c *clock) options(newest record.Format) redisstore.Options {
	return redisstore.Options{Now: func() time.Time { return c.Time }, Newest: newest, Version: "test"}.ForTests()
}

// census is what an onlooker sees.
func census(t *testing.T, s *redisstore.Store) redisstore.Census {
	t.Helper()
	c, err := s.Census(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func beat(t *testing.T, stores ...*redisstore.Store) {
	t.Helper()
	for _, s := range stores {
		if err := s.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// What is stored by a program of one format is lived on with by one of another, as
// far as the store has come.
func TestFormatsSideBySide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fills, lives record.Format
		raise        bool
		refused      bool
	}{
		"old reads old":                    {fills: before, lives: before},
		"new reads old":                    {fills: before, lives: record.Newest},
		"new reads old that was raised":    {fills: before, lives: record.Newest, raise: true},
		"new reads new":                    {fills: record.Newest, lives: record.Newest},
		"old refuses new at its start":     {fills: record.Newest, lives: before, refused: true},
		"old refuses raised at its start":  {fills: before, lives: before, raise: true, refused: true},
		"old reads what new wrote for old": {fills: 0, lives: before},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Single(t)
			now := &clock{storetest.PastNow()}
			fills := c.fills
			if fills == 0 { // the house is of the format before, and a newer program fills it
				house := mustOpen(t, server.URL(), now.options(before))
				if err := house.Close(); err != nil {
					t.Fatal(err)
				}
				fills = record.Newest
			}
			s := mustOpen(t, server.URL(), now.options(fills))
			storetest.FillPast(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if c.raise {
				mustRaise(t, server, now)
			}
			now.Time = now.Add(time.Minute)
			s, err := redisstore.Open(t.Context(), server.URL(), now.options(c.lives))
			if c.refused {
				if format, ok := errors.AsType[*redisstore.FormatError](err); !ok || format.Have != int(record.Newest) || format.Want != int(before) {
					t.Fatalf("Open = %v, want it refused", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeWith(t, s)
			storetest.LivePast(t, s)
		})
	}
}

func mustRaise(t *testing.T, server *redistest.Server, now *clock) {
	t.Helper()
	s := mustOpen(t, server.URL(), now.options(record.Newest))
	if c, err := s.Raise(t.Context()); err != nil || c.Format != record.Newest {
		t.Fatalf("Raise = %+v, %v", c, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// What the last program of the format before wrote lives on, and is raised only by an
// operator: its programs do not register.
func TestThePastIsReadAndGoesOn(t *testing.T) {
	t.Parallel()
	for name, raise := range map[string]bool{"as it is": false, "raised": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Single(t)
			bringBack(t, server.Client(t), "testdata/format-1.jsonl")
			now := &clock{storetest.PastNow().Add(time.Minute)}
			s := mustOpen(t, server.URL(), now.options(record.Newest))
			beat(t, s)
			now.Time = now.Add(2 * redisstore.RaiseAfter)
			beat(t, s)
			if c := census(t, s); c.Format != before || c.Counted || !c.Raises().IsZero() {
				t.Errorf("Census = %+v, want the format as it was, and nobody counted", c)
			}
			now.Time = storetest.PastNow().Add(time.Minute)
			if raise {
				mustRaise(t, server, now)
				beat(t, s)
			}
			storetest.LivePast(t, s)
			want := map[bool]string{false: "1", true: "3"}[raise]
			if got := server.Client(t).HGet(t.Context(), "dt:{house}", "format").Val(); got != want {
				t.Errorf("the house is of format %q, want %q: a program of before could not come back", got, want)
			}
		})
	}
}

// Nobody writes what another one cannot read, until the last of those has gone or has
// not been heard of for long.
func TestTheFormatIsRaisedWhenAllReadIt(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	now := &clock{storetest.PastNow()}
	old := mustOpen(t, server.URL(), now.options(before))
	fresh := mustOpen(t, server.URL(), now.options(record.Newest))
	wantFormat := func(when string, want record.Format) {
		t.Helper()
		beat(t, fresh)
		if c := census(t, fresh); c.Format != want {
			t.Fatalf("%s: format %d, want %d; %+v", when, c.Format, want, c)
		}
	}
	for range 3 {
		now.Time = now.Add(redisstore.RaiseAfter)
		beat(t, old, fresh, old)
		wantFormat("with an old program", before)
	}
	if c, err := fresh.Raise(t.Context()); err != nil || c.Format != before || len(c.Behind(record.Newest)) != 1 || c.Replicas[0].Version != "test" {
		t.Fatalf("Raise = %+v, %v, want it refused for the old one", c, err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	wantFormat("right after the last old one left", before)
	now.Time = now.Add(redisstore.RaiseAfter / 2)
	back := mustOpen(t, server.URL(), now.options(before)) // somebody put the old version back
	beat(t, back)
	now.Time = now.Add(redisstore.BeatLife)
	wantFormat("when it was killed", before)
	now.Time = now.Add(redisstore.RaiseAfter - time.Second)
	wantFormat("a second early", before)
	now.Time = now.Add(time.Second)
	wantFormat("when all could for long", record.Newest)
	if _, err := redisstore.Open(t.Context(), server.URL(), now.options(before)); err == nil {
		t.Error("an old program starts all the same")
	}
	if c := census(t, fresh); len(c.Replicas) != 0 {
		t.Errorf("Census = %+v, want nobody else: who was refused does not count", c)
	}
}

// Everything is written in the format of the store: no record of the later one before
// it is raised, none of the earlier one after.
func TestWhatIsWrittenIsInTheFormatOfTheStore(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	now := &clock{storetest.PastNow()}
	if err := mustOpen(t, server.URL(), now.options(before)).Close(); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, server.URL(), now.options(record.Newest))
	storetest.FillPast(t, s)
	if formats := formatsOf(t, server.Client(t)); formats[record.Newest] != 0 || formats[before] < 8 {
		t.Errorf("records by format %v, want all of %d", formats, before)
	}
	if err := server.Client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	storetest.FillPast(t, mustOpen(t, server.URL(), now.options(record.Newest)))
	if formats := formatsOf(t, server.Client(t)); formats[before] != 0 || formats[record.Newest] < 8 {
		t.Errorf("records by format %v, want all of %d", formats, record.Newest)
	}
}

// A backup of today's format goes into a store that is written in the one before as
// what everybody there reads.
func TestABackupIsBroughtDownToTheStore(t *testing.T) {
	t.Parallel()
	now := &clock{storetest.PastNow()}
	from := mustOpen(t, redistest.Single(t).URL(), now.options(record.Newest))
	storetest.FillPast(t, from)
	var items []record.Item
	if err := from.Export(t.Context(), func(i record.Item) error { items = append(items, i); return nil }); err != nil {
		t.Fatal(err)
	}
	server := redistest.Single(t)
	if err := mustOpen(t, server.URL(), now.options(before)).Close(); err != nil {
		t.Fatal(err)
	}
	to := mustOpen(t, server.URL(), now.options(record.Newest))
	err := to.Import(t.Context(), func(yield func(record.Item, error) bool) {
		for _, i := range items {
			if !yield(i, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if formats := formatsOf(t, server.Client(t)); formats[record.Newest] != 0 || formats[before] < 7 {
		t.Errorf("records by format %v, want all of %d", formats, before)
	}
}

// formatsOf counts records by their format.
func formatsOf(t *testing.T, c *redis.Client) map[record.Format]int {
	t.Helper()
	formats := map[record.Format]int{}
	for _, key := range allKeys(t, c) {
		_, rest, _ := strings.Cut(key, "}:")
		kind, _, _ := strings.Cut(rest, ":")
		for _, f := range keep(t, c, key).Fields {
			if head, ok := headOf(kind, string(f.Name), f.Value); ok {
				formats[record.Format(f.Value[head])]++
			}
		}
	}
	return formats
}

// headOf returns how much stands before the record in a value; false if there is none.
func headOf(kind, field string, value []byte) (head int, ok bool) {
	switch kind {
	case "c", "k":
		return 0, true
	case "l":
		return 10, true
	case "q":
		return map[bool]int{true: 0, false: 8}[field == "W"], field == "W" || len(field) > 20
	case "d":
		reason := 9 + 1 + int(value[9])
		return reason + 1 + int(value[reason]) + 8, true
	}
	return 0, false
}
