package record

import (
	"slices"
	"time"
)

// Mark stands for one update id; the id itself is not stored. See [Names.Mark].
type Mark [8]byte

// Sighting is a mark and the Unix second at which it was taken.
type Sighting struct {
	Mark Mark
	At   uint32
}

// Seen remembers which updates a chat has already taken, oldest first, for
// [KeepSeen]. It goes by time and not by the height of ids: update ids restart
// at random, and a button press may overtake a message.
type Seen []Sighting

// SeenLimit bounds what a chat that floods us can cost: with more marks than
// this inside [KeepSeen] the oldest are dropped. One message a minute for all
// of the 72 hours stays below it.
const SeenLimit = 4500

// Has reports whether m was taken less than [KeepSeen] before now.
func (s Seen) Has(m Mark, now time.Time) bool {
	cut := seconds(now) - int64(KeepSeen/time.Second)
	return slices.ContainsFunc(s, func(e Sighting) bool { return e.Mark == m && int64(e.At) > cut })
}

// Add returns s with m taken at now and without what is older than
// [KeepSeen]. A sighting from a clock that ran ahead is pulled back to now, so
// that it too ends in time. s itself is left alone.
func (s Seen) Add(m Mark, now time.Time) Seen {
	at := seconds(now)
	cut := at - int64(KeepSeen/time.Second)
	out := make(Seen, 0, len(s)+1)
	for _, e := range s {
		if int64(e.At) <= cut {
			continue
		}
		out = append(out, Sighting{e.Mark, uint32(min(int64(e.At), at))})
	}
	out = append(out, Sighting{m, uint32(at)})
	if len(out) > SeenLimit {
		out = out[len(out)-SeenLimit:]
	}
	return out
}

// seconds returns t as Unix seconds inside what four bytes can hold.
func seconds(t time.Time) int64 { return min(max(t.Unix(), 0), 1<<32-1) }
