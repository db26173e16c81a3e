package staff_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// The chat in the file, and chats that are not.
var (
	lanPhone = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "71000001"}
	zalo     = bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "72000002"}
	phone    = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "73000003"}
	room     = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "-100400"}
)

// file is a list of officers.
type file []desks.Officer

func (f *file) AllOfficers() []desks.Officer { return *f }

func lanAndHoa() *file {
	return &file{{ID: "lan", Name: "Chị Lan", Chats: []bot.ChatID{lanPhone}}, {ID: "hoa", Name: "Anh Hòa", Invited: true}}
}

// safe is what the program's stores are to this package.
type safe interface {
	staff.Safe
	staff.Leases
}

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(noon.UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func openBolt(t *testing.T, c *clock) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "doithoai.db"), boltstore.Options{SweepEvery: -1, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openRedis(t *testing.T, c *clock) *redisstore.Store {
	t.Helper()
	s, err := redisstore.Open(t.Context(), redistest.Single(t).URL(), redisstore.Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// bench is a store with two replicas over it.
type bench struct {
	store    safe
	clock    *clock
	file     *file // of both
	log      *bytes.Buffer
	one, two *staff.Directory
}

func newBench(store safe, c *clock) *bench {
	b := &bench{store: store, clock: c, file: lanAndHoa(), log: &bytes.Buffer{}}
	b.one, b.two = b.directory(store), b.directory(store)
	return b
}

func (b *bench) directory(store safe) *staff.Directory {
	return staff.New(staff.Config{
		Safe: store, Leases: store, Key: []byte("key"), Roster: func() staff.Roster { return b.file },
		Log: slog.New(slog.NewTextHandler(b.log, nil)), Now: b.clock.now,
	})
}

// eachStore runs do over every store there is.
func eachStore(t *testing.T, do func(t *testing.T, b *bench)) {
	t.Run("bolt", func(t *testing.T) { t.Parallel(); c := newClock(); do(t, newBench(openBolt(t, c), c)) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); c := newClock(); do(t, newBench(openRedis(t, c), c)) })
}

func onBolt(t *testing.T) *bench {
	t.Helper()
	c := newClock()
	return newBench(openBolt(t, c), c)
}

func invite(t *testing.T, d *staff.Directory, officer string) string {
	t.Helper()
	i, err := d.Invite(t.Context(), officer)
	if err != nil {
		t.Fatal(err)
	}
	return i.Code
}

// try is somebody writing a code in a private chat.
func try(chat bot.ChatID, id, code string) staff.Try {
	return staff.Try{Chat: chat, Sender: chat.Chat, ID: id, Code: code}
}

// joins fails unless the code makes the chat that of the officer.
func joins(t *testing.T, d *staff.Directory, chat bot.ChatID, code, officer string) {
	t.Helper()
	if got, err := d.Redeem(t.Context(), try(chat, "join", code)); got != officer || err != nil {
		t.Fatalf("Redeem = %q, %v, want %q", got, err, officer)
	}
}

func fresh(t *testing.T, d *staff.Directory) staff.Snapshot {
	t.Helper()
	if err := d.Fresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d.Snapshot()
}

// reaches fails unless the officer is written to there, and nowhere if chat is zero.
func reaches(t *testing.T, s staff.Snapshot, officer string, chat bot.ChatID) {
	t.Helper()
	if got, ok := s.Chat(officer); got != chat || ok != (chat != bot.ChatID{}) {
		t.Errorf("chat of %s: %v, %t, want %v", officer, got, ok, chat)
	}
}

// belongs fails unless the chat is the officer's, and nobody's if that is empty.
func belongs(t *testing.T, s staff.Snapshot, chat bot.ChatID, officer string) {
	t.Helper()
	if got, ok := s.Officer(chat); got != officer || ok != (officer != "") {
		t.Errorf("officer of %v: %q, %t, want %q", chat, got, ok, officer)
	}
}

var errAway = errors.New("store is away")

// shaky is a store that can be away, or lose its answer to a swap.
type shaky struct {
	safe
	mu    sync.Mutex
	away  bool
	loses bool
}

func (s *shaky) set(away, loses bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.loses = away, loses
}

func (s *shaky) Value(ctx context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, errAway
	}
	return s.safe.Value(ctx, name)
}

func (s *shaky) Swap(ctx context.Context, name string, old, next []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return false, errAway
	}
	ok, err := s.safe.Swap(ctx, name, old, next)
	if s.loses {
		return false, errAway
	}
	return ok, err
}

// quotesNothing fails if something that is told holds a secret or an id.
func quotesNothing(t *testing.T, told string, secrets ...string) {
	t.Helper()
	for _, s := range append(secrets, lanPhone.Chat, zalo.Chat, phone.Chat, room.Chat) {
		if strings.Contains(told, s) {
			t.Errorf("%q is in %q", s, told)
		}
	}
}
