package boltstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// everything saves one of each thing for a chat that is sent to: cases, a
// letter, a ref, a dead letter, a message that waits.
func everything(t *testing.T, s *boltstore.Store, now time.Time) (code string) {
	t.Helper()
	save := pushes("a", "1", 0, "remembered", "dies", "waits")
	code = codeOf(t, s, save.Chat)
	save.Out[0].Ref = []byte("ref")
	save.Letters = []bot.Letter{{To: alice}}
	save.Cases = []record.CaseChange{{Case: record.Case{Code: code, Ends: now.Add(time.Hour), Due: now}}}
	mustSave(t, s, save)
	l := settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Sent, Providers: []string{"m"}})
	l = settle(t, s, *l, record.Settlement{Result: record.Failed, Reason: "r"})
	settle(t, s, *l, record.Settlement{Result: record.Later})
	return code
}

func flip1(v []byte) []byte {
	v[len(v)-1]++
	return v
}

// Whoever asks for what is damaged is told so, nobody else.
func TestDamageIsToldToWhoeverReads(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		bucket string
		told   []string
	}{
		{"flow", []string{"Load", "Save", "Export"}},
		{"case", []string{"Load", "FindCase", "Export"}},
		{"code", []string{"FindCase"}},
		{"letter", []string{"Export"}},
		{"ref", []string{"Ref", "Export"}},
		{"dead", []string{"Dead", "Export"}},
		{"queue", []string{"Save", "Pending", "Export"}},
	} {
		s, c := opened(t)
		code := everything(t, s, c.now())
		if err := s.Corrupt(test.bucket, flip1); err != nil {
			t.Fatal(err)
		}
		_, load := s.Load(t.Context(), pushed("a"))
		_, save := s.Save(t.Context(), pushes("a", "2", 1, "more"))
		_, find := s.FindCase(t.Context(), code)
		_, ref := s.Ref(t.Context(), pushed("a"), "m")
		_, pending := s.Pending(t.Context(), pushed("a"))
		want := map[string]bool{}
		for _, name := range test.told {
			want[name] = true
		}
		for name, err := range map[string]error{
			"Load": load, "Save": save, "FindCase": find, "Ref": ref, "Pending": pending,
			"Dead":   s.Dead(t.Context(), func(record.Dead) error { return nil }),
			"Export": s.Export(t.Context(), func(record.Item) error { return nil }),
		} {
			if _, ok := errors.AsType[*boltstore.DamagedError](err); ok != want[name] || err != nil && !ok {
				t.Errorf("%s with a damaged value in %s: got %v", name, test.bucket, err)
			}
		}
	}
}

// One damaged value stops neither its lane, nor the work, nor the sweeper,
// which tells it.
func TestDamageIsSetAside(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		bucket string
		claims []string
		works  int
	}{
		{"flow", []string{"other"}, 3},
		{"queue", []string{"other"}, 3},
		{"case", []string{"other", "waits"}, 2},
		{"letter", []string{"other", "waits"}, 2},
	} {
		s, c := opened(t)
		everything(t, s, c.now())
		if err := s.Corrupt(test.bucket, flip1); err != nil {
			t.Fatal(err)
		}
		other := pushes("b", "1", 0, "other")
		other.Letters = []bot.Letter{{To: alice}}
		mustSave(t, s, other)
		for range 3 {
			wantTexts(t, claim(t, s), test.claims...)
			if ws, err := s.Work(t.Context(), 9); err != nil || len(ws) != test.works {
				t.Errorf("Work with a damaged %s = %+v, %v, want %d", test.bucket, ws, err, test.works)
			}
			c.advance(record.LeaseTime)
		}
		c.advance(2*record.MaxKeep + 2*record.KeepDelivery)
		_, err := s.Sweep(t.Context())
		if _, ok := errors.AsType[*boltstore.DamagedError](err); !ok {
			t.Errorf("Sweep with a damaged %s = %v, want it told", test.bucket, err)
		}
		if n := keysOf(t, s, "chat", "queue", "flow", "case", "letter"); n != 1 {
			t.Errorf("%d keys are left, want the damaged %s alone", n, test.bucket)
		}
	}
}
