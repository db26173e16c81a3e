package redisstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

const hour = time.Hour

// longest is how long a key of each kind may live at most, from its last write.
var longest = map[string]time.Duration{
	"c": record.KeepChat, "k": 100 * 24 * hour, "x": 100 * 24 * hour, "m": record.KeepDead, "d": record.KeepDead, "dd": record.KeepDead,
	"q": record.KeepDelivery + 2*hour + 72*hour, "due": record.KeepDelivery + 2*hour + 96*hour, "l": 31 * 24 * hour, "work": 101 * 24 * hour,
	"n": record.KeepCounts + 24*hour, "p": 10 * hour, "lease": hour, "replicas": hour,
}

// P7: after everything that can be done has been done, each key has an end, and
// none further off than keys.go tells. No key tells who anybody is.
func TestEveryKeyHasAnEnd(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	liveABit(t, s)

	client := server.Client(t)
	seen := map[string]bool{}
	for _, key := range allKeys(t, client) {
		if strings.Contains(key, "someone") {
			t.Errorf("key %q tells who it is about", key)
		}
		left, err := client.PTTL(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		if key == "dt:{house}" || key == "dt:{house}:value:token" {
			continue // the exceptions: they name nobody
		}
		kind, _, _ := strings.Cut(key[strings.Index(key, "}:")+2:], ":")
		seen[kind] = true
		if most, known := longest[kind]; !known || left <= 0 || left > most {
			t.Errorf("key %q lives for %v, want at most %v", key, left, most)
		}
	}
	for kind := range longest {
		if !seen[kind] {
			t.Errorf("no key of the kind %q was there: the test tested too little", kind)
		}
	}
}

func allKeys(t *testing.T, c *redis.Client) []string {
	t.Helper()
	keys, err := c.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// liveABit makes a key of every kind.
func liveABit(t *testing.T, s *redisstore.Store) {
	t.Helper()
	push := record.Way{Push: true, Lease: true, Pace: record.Pace{Every: hour, Burst: 5}}
	must := func(save record.Save) record.Saved {
		t.Helper()
		saved, err := s.Save(t.Context(), save)
		if err != nil || saved.Outcome != record.Done {
			t.Fatalf("Save = %+v, %v", saved, err)
		}
		return saved
	}
	code := s.Name(someone).CodePrefix() + "1"
	out := func(text string) record.Outgoing {
		return record.Outgoing{Reply: bot.Reply{Text: text}, Ref: []byte("ref")}
	}
	late := out("late")
	late.After = 2 * hour
	l := must(record.Save{
		Chat: someone, Update: "1", State: []byte("s"), Out: []record.Outgoing{out("sent"), out("dead"), out("stays"), late},
		Cases:   []record.CaseChange{{Case: record.Case{Code: code, Due: time.Now(), Ends: time.Now().Add(100 * 24 * hour)}, New: true}},
		Letters: []bot.Letter{{To: bot.ChatID{Channel: "telegram", Bot: "main", Chat: "officers"}}},
		Day:     time.Now().UTC().Format(time.DateOnly), Counts: []string{"c"}, Way: push,
	}).Lease
	for _, st := range []record.Settlement{{Result: record.Sent, Providers: []string{"m1"}, Pace: push.Pace}, {Result: record.Failed, Reason: "r", Pace: push.Pace}} {
		next, err := s.Settle(t.Context(), *l, st)
		if err != nil || next == nil {
			t.Fatalf("Settle = %+v, %v", next, err)
		}
		l = next
	}
	if _, err := s.Work(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Take(t.Context(), "bucket", record.Pace{Every: hour, Burst: 10}, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hold(t.Context(), "poll", "a", hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Swap(t.Context(), "token", nil, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	must(record.Save{Chat: bot.ChatID{Channel: "web", Chat: "someone"}, Update: "1", Out: []record.Outgoing{out("fetched")}})
}
