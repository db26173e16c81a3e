package boltstore_test

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// A clock that ran ahead and was set right must not hold up what was saved
// meanwhile, nor keep it longer than it may be kept.
func TestWhatAClockAheadLeftIsMended(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"by an hour": time.Hour, "by a year": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := opened(t)
			pace := record.Pace{Every: time.Minute, Burst: 1}
			for _, chat := range []string{"paced", "waits", "blocked", "leased", "held"} {
				mustSave(t, s, pushes(chat, "1", 0)) // known before, so its expiry key is early
			}
			c.advance(ahead)
			for _, chat := range []string{"paced", "waits", "blocked", "leased", "held"} {
				if c, err := s.Load(t.Context(), pushed(chat)); err != nil || c.Revision == 0 {
					mustSave(t, s, pushes(chat, "1", 0)) // it has expired by that clock
				}
			}
			paced := pushes("paced", "2", 1, "sent", "paced")
			paced.Way.Pace, paced.Out[0].Ref = pace, []byte("ref")
			mustSave(t, s, paced)
			settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Sent, Providers: []string{"m"}, Pace: pace})
			mustSave(t, s, pushes("blocked", "2", 1, "blocked", "dies"))
			l := settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Dropped})
			settle(t, s, *l, record.Settlement{Result: record.Failed, Reason: "r"})
			mustSave(t, s, pushes("blocked", "3", 2, "blocked"))
			settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Later, After: time.Minute})
			mustSave(t, s, pushes("held", "2", 1, "held"))
			settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Held})
			mustSave(t, s, pushes("leased", "2", 1, "leased"))
			claim(t, s)
			letter := pushes("waits", "2", 1, "waits", "scheduled")
			letter.Out[1].After, letter.Letters = time.Minute, []bot.Letter{{To: alice}}
			mustSave(t, s, letter)
			c.advance(-ahead)
			sweep(t, s)

			wantTexts(t, claim(t, s), "waits")
			c.advance(time.Minute)
			wantTexts(t, claim(t, s), "paced", "waits", "blocked", "leased")
			if d := pendingOf(t, s, "waits")[1]; d.Expires.After(c.now().Add(record.KeepDelivery)) {
				t.Errorf("a scheduled message ends at %v, want it pulled back", d.Expires)
			}
			sweep(t, s)
			if ws, err := s.Work(t.Context(), 9); err != nil || len(ws) != 1 {
				t.Errorf("Work = %+v, %v, want the letter", ws, err)
			}
			for range 2 { // a chat is mended when its expiry key has come
				c.advance(record.KeepChat)
				sweep(t, s)
			}
			c.advance(record.KeepLetter + record.MaxKeep)
			sweep(t, s)
			if n := keysOf(t, s, "") - keysOf(t, s, "house"); n != 0 {
				t.Errorf("%d keys are left", n)
			}
		})
	}
}

func pendingOf(t *testing.T, s *boltstore.Store, chat string) []record.Delivery {
	t.Helper()
	ds, err := s.Pending(t.Context(), pushed(chat))
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// wantTexts checks whose turn it is, in any order.
func wantTexts(t *testing.T, ls []record.Lease, want ...string) {
	t.Helper()
	var got []string
	for _, l := range ls {
		got = append(got, l.Delivery.Reply.Text)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Claim gave %q, want %q", got, want)
	}
}
