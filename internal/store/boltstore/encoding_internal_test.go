package boltstore

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func FuzzFlow(f *testing.F) {
	whole := flow{
		lane: "telegram/main", due: -1, token: record.Token{1, 7: 9}, seq: 7, until: math.MaxInt64,
		blocked: 3, held: true, tat: math.MinInt64, every: 5, burst: 6,
	}
	f.Add(whole.encode(9))
	whole.window = record.Window{Free: time.Second, FreeMessages: 8, Total: time.Hour}
	whole.opened = record.WindowState{Since: time.UnixMilli(5).UTC(), Sent: 3}
	f.Add(whole.encode(9))
	f.Add(flow{}.encode(0))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, stamp, err := decodeFlow(b)
		if err != nil {
			if len(b) >= flowHeader && b[flowHeader-1]&flagWindowed == 0 {
				t.Fatalf("decode %d bytes: %v", len(b), err)
			}
			return
		}
		again, stampAgain, err := decodeFlow(got.encode(stamp))
		if err != nil || again != got || stampAgain != stamp {
			t.Errorf("%+v came back as %+v, %v", got, again, err)
		}
	})
}

func FuzzPlace(f *testing.F) {
	f.Add(uint64(1), place{priority: 2, from: -3, collapse: record.Mark{4}}.encode())
	f.Add(uint64(2), place{priority: 1, tracked: true, waits: true}.encode())
	f.Add(uint64(math.MaxUint64), []byte{1})
	f.Fuzz(func(t *testing.T, seq uint64, b []byte) {
		p, rec, err := splitPlace(seq, time.Time{}, b)
		if err != nil {
			if len(b) >= placeSize {
				t.Fatalf("split %d bytes: %v", len(b), err)
			}
			return
		}
		if p.seq != seq || !bytes.Equal(append(p.encode(), rec...), b) {
			t.Errorf("%x came back as %+v and %x", b, p, rec)
		}
	})
}

func FuzzHolding(f *testing.F) {
	f.Add(holding{until: math.MaxInt64, ttl: -1, holder: "a\x00"}.encode())
	f.Add(holding{}.encode())
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHolding(b)
		if (err == nil) != (len(b) >= holdingHeader) {
			t.Fatalf("decode %d bytes: %v", len(b), err)
		}
		if err == nil && !bytes.Equal(h.encode(), b) {
			t.Errorf("%x came back as %+v", b, h)
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	f.Add(wrap(time.Unix(1, 0), []byte("rec")))
	f.Add([]byte("no value"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ends, rec, err := unwrap(b)
		if err == nil && !bytes.Equal(wrap(ends, rec), b) {
			t.Errorf("%x came back as %v, %x", b, ends, rec)
		}
	})
}

// Keys sort by their times, also those before 1970, and lead back.
func TestKeysSortByTime(t *testing.T) {
	t.Parallel()
	times := []int64{math.MinInt64 + 1, -1_500_000_000, -1, 1, 999, 1_790_000_000_123_456_789, math.MaxInt64}
	for i, at := range times[1:] {
		before, after := dueKey(laneList("l"), times[i], []byte("zz")), dueKey(laneList("l"), at, []byte("a"))
		if bytes.Compare(before, after) >= 0 {
			t.Errorf("the key of %d does not come before that of %d", times[i], at)
		}
	}
	if bytes.HasPrefix(laneList("a/bc"), laneList("a/b")) {
		t.Error("a lane begins like another")
	}
	ends := time.UnixMilli(1_790_000_000_001)
	at, key := splitExpiryKey(expiryKey(kindCase, ends, []byte("key")))
	if at.Before(ends) || at.Sub(ends) >= time.Second || string(key) != "key" {
		t.Errorf("an expiry key came back as %v, %q", at, key)
	}
	for _, n := range []int64{1, 999_999, 1_000_000, 1_000_001, math.MaxInt64} {
		end := upTo(n)
		if stored := time.UnixMilli(end.UnixMilli()); stored.UnixNano() < n && n < math.MaxInt64-int64(time.Millisecond) {
			t.Errorf("upTo(%d) ends at %d", n, stored.UnixNano())
		}
	}
}
