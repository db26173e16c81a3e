package redisstore_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

func TestTLSAndAUser(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.TLS(t), redistest.User("dialog", "p@ss:w/rd"))
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	if err := saveOnce(s, "1")(t.Context()); err != nil {
		t.Errorf("Save: %v", err)
	}
	// Without the authority nobody is believed.
	without, _, _ := strings.Cut(server.URL(), "?")
	if _, err := redisstore.Open(t.Context(), without, redisstore.Options{}.ForTests()); !errors.Is(err, exchange.ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("Open without the authority: %v", err)
	}
}

// What a user of the server must at least be allowed, as docs/redis-keys.md tells.
func TestTheLeastUser(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.User("dialog", "secret",
		"~dt:*", "&dt:wake", "+@read", "+@write", "+@scripting", "+@connection", "+subscribe", "+publish", "+time", "-@dangerous"))
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	liveABit(t, s)
	for name, do := range operations(s) {
		if err := do(t.Context()); errors.Is(err, exchange.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	began, ended := make(chan struct{}, 9), make(chan error, 1)
	woken := make(chan record.Name, 9)
	go func() {
		ended <- s.Listen(t.Context(), func(n record.Name) { woken <- n }, func() { began <- struct{}{} })
	}()
	await(t, began)
	other := someone
	other.Chat = "another"
	if _, err := s.Save(t.Context(), replyTo(other, "1")); err != nil {
		t.Error(err)
	}
	await(t, woken)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := await(t, ended); !errors.Is(err, exchange.ErrClosed) {
		t.Errorf("Listen = %v, want ErrClosed", err)
	}
}

func TestBracesInThePrefix(t *testing.T) {
	t.Parallel()
	if _, err := redisstore.Open(t.Context(), "redis://127.0.0.1:1", redisstore.Options{Prefix: "dt{1}"}); err == nil || errors.Is(err, exchange.ErrUnavailable) {
		t.Errorf("Open = %v, want it refused", err)
	}
}

func TestAWrongPassword(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Password("right"))
	for name, url := range map[string]string{
		"wrong": strings.Replace(server.URL(), "right", "wr0ng", 1),
		"none":  "redis://" + server.Addr(),
	} {
		_, err := redisstore.Open(t.Context(), url, redisstore.Options{})
		if !errors.Is(err, exchange.ErrUnavailable) || strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("%s: Open = %v", name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "WRONGPASS") && !strings.Contains(err.Error(), "NOAUTH") {
			t.Errorf("%s: Open = %v, want to read what is wrong", name, err)
		}
	}
	mustOpen(t, server.URL(), redisstore.Options{})
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	server.Kill()
	for _, url := range []string{server.URL(), "redis+cluster://" + server.Addr(), "redis+sentinel://" + server.Addr() + "/dialog"} {
		if _, err := redisstore.Open(t.Context(), url, redisstore.Options{}); !errors.Is(err, exchange.ErrUnavailable) {
			t.Errorf("Open of %s = %v, want ErrUnavailable", url, err)
		}
	}
}

func TestAnUnfinishedImportIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	torn := errors.New("torn file")
	var items iter.Seq2[record.Item, error] = func(yield func(record.Item, error) bool) {
		_ = yield(record.Item{Kind: record.ItemKey, Value: make([]byte, record.KeySize)}, nil) && yield(record.Item{}, torn)
	}
	if err := s.Import(t.Context(), items); !errors.Is(err, torn) {
		t.Errorf("Import = %v, want the fault of the file", err)
	}
	if _, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{}); !errors.Is(err, redisstore.ErrUnfinished) {
		t.Errorf("Open = %v, want ErrUnfinished", err)
	}
}

func TestALaterFormatIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	mustOpen(t, server.URL(), redisstore.Options{})
	if err := server.Client(t).HSet(t.Context(), "dt:{house}", "format", 99).Err(); err != nil {
		t.Fatal(err)
	}
	_, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{})
	if later, ok := errors.AsType[*redisstore.FormatError](err); !ok || later.Have != 99 {
		t.Errorf("Open = %v, want a FormatError", err)
	}
}

// What becomes of steps when servers fail, as an operator is shown it.
func TestClass(t *testing.T) {
	t.Parallel()
	secure := redistest.Single(t, redistest.Fsync("always"))
	fast := redistest.Single(t, redistest.Fsync("everysec"), redistest.Config("--maxmemory-policy", "allkeys-lru"))
	memory := redistest.Single(t, redistest.Config("--min-replicas-to-write", "0"))
	silent := redistest.Single(t, redistest.Config("--rename-command", "CONFIG", ""))
	for name, c := range map[string]struct {
		where *redistest.Server
		want  redisstore.Class
	}{
		"always":      {secure, redisstore.Class{Servers: 1, Known: true, Fsync: "always", Eviction: "noeviction"}},
		"every sec":   {fast, redisstore.Class{Servers: 1, Known: true, Fsync: "everysec", Eviction: "allkeys-lru"}},
		"never":       {memory, redisstore.Class{Servers: 1, Known: true, Fsync: "never", Eviction: "noeviction"}},
		"not telling": {silent, redisstore.Class{Servers: 1}},
	} {
		s := mustOpen(t, c.where.URL(), redisstore.Options{}.ForTests())
		if got, err := s.Class(t.Context()); err != nil || got != c.want {
			t.Errorf("%s: Class = %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

// What one replica saves for a page wakes the page at another.
func TestListen(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	here := mustOpen(t, server.URL(), redisstore.Options{})
	there := mustOpen(t, server.URL(), redisstore.Options{})
	woken, missed := make(chan record.Name, 100), make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- here.Listen(ctx, func(n record.Name) { woken <- n }, func() { missed <- struct{}{} })
	}()
	await(t, missed)
	reply := replyTo(someone, "1")
	for _, save := range []record.Save{{Chat: someone, Update: "nothing to fetch"}, {Chat: someone, Update: "sent", Revision: 1, Out: reply.Out, Way: record.Way{Push: true}}} {
		if _, err := there.Save(t.Context(), save); err != nil {
			t.Fatal(err)
		}
	}
	reply.Revision = 2
	if _, err := there.Save(t.Context(), reply); err != nil {
		t.Fatal(err)
	}
	if got := await(t, woken); got != here.Name(someone) || len(woken) > 0 {
		t.Errorf("woken for %x and %d more, want %x alone", got, len(woken), here.Name(someone))
	}
	server.Kill()
	server.Restart(t)
	await(t, missed)
	other := someone
	other.Chat = "another"
	eventually(t, func() error { _, err := there.Save(t.Context(), replyTo(other, "1")); return err })
	if got := await(t, woken); got != here.Name(other) {
		t.Errorf("woken for %x, want %x", got, here.Name(other))
	}
	cancel()
	if err := await(t, ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Listen = %v, want why it ended", err)
	}
}

func TestListenEndsWithTheStore(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{})
	began, ended := make(chan struct{}, 9), make(chan error, 1)
	go func() { ended <- s.Listen(t.Context(), func(record.Name) {}, func() { began <- struct{}{} }) }()
	await(t, began)
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := await(t, ended); !errors.Is(err, exchange.ErrClosed) {
		t.Errorf("Listen = %v, want ErrClosed", err)
	}
}

// await receives, or ends the test after a long time.
func await[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
	}
	return got
}
