package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/spool"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	noon    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	errDown = errors.New("store does not answer")
)

func chat(name string) bot.ChatID { return bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: name} }

func message(name, id string) bot.Message {
	return bot.Message{Chat: chat(name), ID: id, At: noon, Kind: bot.KindText, Text: "câu " + id}
}

// bench is a spool that can be opened again.
type bench struct {
	*spool.Spool
	dir     string
	options spool.Options
	log     *syncBuffer
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newBench(t *testing.T, options spool.Options) *bench {
	t.Helper()
	b := &bench{dir: filepath.Join(t.TempDir(), "spool"), options: options, log: &syncBuffer{}}
	b.options.Log = slog.New(slog.NewTextHandler(b.log, nil))
	if b.options.Now == nil {
		b.options.Now = func() time.Time { return noon }
	}
	b.open(t)
	t.Cleanup(func() { b.close(t) })
	return b
}

func (b *bench) open(t *testing.T) {
	t.Helper()
	s, err := spool.Open(b.dir, b.options)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	b.Spool = s
}

func (b *bench) close(t *testing.T) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func (b *bench) reopen(t *testing.T) {
	t.Helper()
	b.close(t)
	b.open(t)
}

func (b *bench) append(t *testing.T, messages ...bot.Message) {
	t.Helper()
	for _, m := range messages {
		if err := b.Append(t.Context(), m); err != nil {
			t.Fatalf("Append %s: %v", m.ID, err)
		}
	}
}

// replay replays everything and returns the ids in the order they came.
func (b *bench) replay(t *testing.T) []string {
	t.Helper()
	l := &list{}
	if err := b.Replay(t.Context(), l.take, 1); err != nil {
		t.Fatalf("Replay: %v", err)
	}
	return l.ids
}

// files returns the names in the folder but that of the lock.
func (b *bench) files(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

// list collects what is taken.
type list struct {
	mu  sync.Mutex
	ids []string
	ms  []bot.Message
}

func (l *list) take(_ context.Context, m bot.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids = append(l.ids, m.ID)
	l.ms = append(l.ms, m)
	return nil
}

func TestWhatIsAppendedIsReplayedAndErased(t *testing.T) {
	t.Parallel()
	for _, reopened := range []bool{false, true} {
		t.Run(fmt.Sprint("reopened ", reopened), func(t *testing.T) {
			t.Parallel()
			now := noon
			b := newBench(t, spool.Options{Now: func() time.Time { return now }})
			if !b.Empty() || b.Bytes() != 0 || !b.Oldest().IsZero() {
				t.Errorf("a new spool: %d messages, %d bytes, oldest %v", b.Len(), b.Bytes(), b.Oldest())
			}
			want := []bot.Message{
				message("a", "1"),
				{Chat: chat("x\xff\x00{}"), ID: "id\xfe", At: noon.Add(123456789), Kind: bot.KindPress, Text: "Gặp cán bộ", Payload: "v1|case|0171234567",
					Sender: "y\xfe", Room: true, ReplyTo: "12\x00",
					Trace: "0123456789abcdef0123456789abcdef"},
				{Chat: chat("a"), ID: "2", Kind: bot.KindOther},
			}
			for _, m := range want {
				b.append(t, m)
				now = now.Add(time.Minute)
			}
			if reopened {
				b.reopen(t)
			}
			if b.Len() != 3 || b.Empty() || b.Bytes() == 0 || !b.Oldest().Equal(noon) {
				t.Errorf("%d messages, %d bytes, oldest %v", b.Len(), b.Bytes(), b.Oldest())
			}
			l := &list{}
			if err := b.Replay(t.Context(), l.take, 1); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(l.ms, want) {
				t.Errorf("got  %+v\nwant %+v", l.ms, want)
			}
			if !b.Empty() || b.Bytes() != 0 || !b.Oldest().IsZero() || len(b.files(t)) != 0 {
				t.Errorf("left: %d messages, %d bytes, oldest %v, files %v", b.Len(), b.Bytes(), b.Oldest(), b.files(t))
			}
		})
	}
}

// Whoever asks before it brings a message elsewhere never overtakes one that is
// kept, being taken or on its way in.
func TestItKnowsWhoseMessagesItHolds(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	a, other := message("a", "1"), message("b", "1")
	if b.Holds(a.Chat) {
		t.Error("an empty spool holds something")
	}
	b.append(t, a)
	if !b.Holds(a.Chat) || b.Holds(other.Chat) {
		t.Errorf("holds a: %t, b: %t", b.Holds(a.Chat), b.Holds(other.Chat))
	}
	b.reopen(t)
	err := b.Replay(t.Context(), func(context.Context, bot.Message) error {
		if !b.Holds(a.Chat) {
			t.Error("what is being taken is not held")
		}
		return nil
	}, 1)
	if err != nil || b.Holds(a.Chat) {
		t.Errorf("Replay = %v, holds a: %t", err, b.Holds(a.Chat))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Append(ctx, a); err == nil || b.Holds(a.Chat) {
		t.Errorf("Append = %v, holds a: %t", err, b.Holds(a.Chat))
	}
}

func TestNumbersOfAPersonAreNotWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	m := message("a", "1")
	m.Text = "gọi 0912345678 giúp tôi"
	b.append(t, m)
	for _, name := range b.files(t) {
		raw, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("0912345678")) || !bytes.Contains(raw, []byte("giúp tôi")) {
			t.Errorf("%s holds %q", name, raw)
		}
	}
}

func TestOnlyTheOwnerCanRead(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	b.append(t, message("a", "poison"), message("a", "2"))
	_ = b.Replay(t.Context(), func(_ context.Context, m bot.Message) error {
		if m.ID == "poison" {
			panic("x")
		}
		return errDown
	}, 1)
	if n := len(b.files(t)); n != 2 {
		t.Fatalf("files %v, want a segment and a poison file", b.files(t))
	}
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASecondOneIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	_, err := spool.Open(b.dir, spool.Options{})
	if inUse, ok := errors.AsType[*spool.InUseError](err); !ok || inUse.Dir != b.dir {
		t.Errorf("Open = %v, want InUseError", err)
	}
	b.append(t, message("a", "1")) // and the first one is none the worse for it
	b.reopen(t)
	if b.Len() != 1 {
		t.Errorf("%d messages", b.Len())
	}
}

func TestAClosedSpoolRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	b.append(t, message("a", "1"))
	b.close(t)
	b.close(t)
	if err := b.Append(t.Context(), message("a", "2")); !errors.Is(err, spool.ErrClosed) {
		t.Errorf("Append = %v", err)
	}
	if err := b.Replay(t.Context(), (&list{}).take, 1); !errors.Is(err, spool.ErrClosed) {
		t.Errorf("Replay = %v", err)
	}
}

func TestAFullSpoolSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{MaxBytes: 1000})
	n := 0
	var err error
	for ; err == nil && n < 100; n++ {
		if b.Full() {
			t.Errorf("full after %d messages, and the next one has room", n)
		}
		err = b.Append(t.Context(), message("a", fmt.Sprint(n)))
	}
	if !errors.Is(err, spool.ErrFull) || !b.Full() || b.Len() != n-1 || b.Bytes() > 1000 {
		t.Fatalf("Append = %v, full %t, %d of %d messages, %d bytes", err, b.Full(), b.Len(), n, b.Bytes())
	}
	if got := b.replay(t); len(got) != n-1 {
		t.Errorf("replayed %v", got)
	}
	if b.Full() {
		t.Error("full, and empty")
	}
	b.append(t, message("a", "again"))
}

func TestWhatCannotBeSpooledIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	for name, m := range map[string]bot.Message{
		"letter": {Chat: chat("a"), ID: "1", Kind: bot.KindLetter, Letter: &bot.Letter{}},
		"due":    {Chat: chat("a"), ID: "1", Kind: bot.KindDue},
		"large":  {Chat: chat("a"), ID: "1", Text: strings.Repeat("á", 2<<20)},
		"time":   {Chat: chat("a"), ID: "1", At: noon.AddDate(9000, 0, 0)},
	} {
		if err := b.Append(t.Context(), m); !errors.Is(err, spool.ErrUnfit) {
			t.Errorf("%s: Append = %v, want ErrUnfit", name, err)
		}
	}
	if !b.Empty() || b.Full() {
		t.Errorf("%d messages, full %t", b.Len(), b.Full())
	}
}

func TestAppendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Append(ctx, message("a", "1")); !errors.Is(err, context.Canceled) || !b.Empty() {
		t.Errorf("Append = %v, %d messages", err, b.Len())
	}
}

// Many append at once, into many files: everything is there, also for the next
// process, and in order within each chat.
func TestManyAppendAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{SegmentBytes: 2000})
	const chats, each = 20, 30
	var callers sync.WaitGroup
	for c := range chats {
		callers.Go(func() {
			for n := range each {
				if err := b.Append(t.Context(), message(fmt.Sprint(c), fmt.Sprint(n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	if b.Len() != chats*each || len(b.files(t)) < 3 {
		t.Errorf("%d messages in %v", b.Len(), b.files(t))
	}
	b.reopen(t)
	l := &list{}
	if err := b.Replay(t.Context(), l.take, 4); err != nil {
		t.Fatal(err)
	}
	next := map[bot.ChatID]int{}
	for _, m := range l.ms {
		if m.ID != fmt.Sprint(next[m.Chat]) {
			t.Fatalf("message %s of a chat where %d is next", m.ID, next[m.Chat])
		}
		next[m.Chat]++
	}
	if len(l.ms) != chats*each || len(b.files(t)) != 0 {
		t.Errorf("%d replayed, left %v", len(l.ms), b.files(t))
	}
}

// A write that fails is not acknowledged, and the next one begins a new file.
func TestAFailedWriteIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	b.append(t, message("a", "1"))
	if err := b.BreakFile(); err != nil {
		t.Fatal(err)
	}
	if err := b.Append(t.Context(), message("a", "2")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Append = %v", err)
	}
	b.append(t, message("a", "3"))
	if err := b.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Close = %v, want it to tell of the broken file", err)
	}
	b.open(t)
	if got := b.replay(t); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("replayed %v", got)
	}
}
