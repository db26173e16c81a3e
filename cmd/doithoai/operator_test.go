package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

var (
	alice = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "71000001"}
	bob   = bot.ChatID{Channel: "zalo-oa", Bot: "so-y-te", Chat: "72000002"}
)

// folder is a data folder with a store of the test's in it.
func folder(t *testing.T, fill func(s *boltstore.Store)) (dir string) {
	t.Helper()
	dir = t.TempDir()
	inStore(t, dir, fill)
	return dir
}

// inStore opens the store in a data folder for as long as do takes.
func inStore(t *testing.T, dir string, do func(s *boltstore.Store)) {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(dir, "doithoai.db"), boltstore.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	do(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// in is the environment of a command that works in a data folder.
func in(dir string) []string { return []string{"DOITHOAI_DATA=" + dir} }

// intake takes messages as a running server does.
type intake struct {
	mu      sync.Mutex
	taken   []bot.Message
	refuses func(bot.Message) error // nil: none
}

func (i *intake) Handle(_ context.Context, m bot.Message) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refuses != nil {
		if err := i.refuses(m); err != nil {
			return err
		}
	}
	i.taken = append(i.taken, m)
	return nil
}

// hold opens the store in a data folder and serves operators' commands, as a
// running server does, until the test ends.
func hold(t *testing.T, dir string, messages control.Intake) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(dir, "doithoai.db"), boltstore.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	l, err := control.Listen(t.Context(), filepath.Join(dir, "ctl.sock"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler:  control.Handler(control.Config{Operator: s, Intake: messages, Safe: s}),
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return s
}

// say saves a step of a chat that is sent its messages.
func say(t *testing.T, s *boltstore.Store, chat bot.ChatID, update string, out ...record.Outgoing) {
	t.Helper()
	ctx := t.Context()
	c, err := s.Load(ctx, chat)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := s.Save(ctx, record.Save{
		Chat: chat, Revision: c.Revision, Update: update, State: []byte("\x02{}"), Out: out,
		Way: record.Way{Push: true, Inbound: true},
	})
	if err != nil || saved.Outcome != record.Done {
		t.Fatalf("save: %+v, %v", saved, err)
	}
}

// fail gives up the first message of the chat's queue.
func fail(t *testing.T, s *boltstore.Store, chat bot.ChatID, reason string) {
	t.Helper()
	leases, err := s.Claim(t.Context(), record.Lane(chat), 1)
	if err != nil || len(leases) != 1 {
		t.Fatalf("claim: %d leases, %v", len(leases), err)
	}
	next, err := s.Settle(t.Context(), leases[0], record.Settlement{Result: record.Failed, Reason: reason})
	if err != nil {
		t.Fatal(err)
	}
	if next != nil {
		if err := s.Release(t.Context(), *next); err != nil {
			t.Fatal(err)
		}
	}
}

func reply(text string, priority record.Priority) record.Outgoing {
	return record.Outgoing{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: text}, Priority: priority}
}

// dead returns the ids of the dead letters, by their reasons.
func dead(t *testing.T, s *boltstore.Store) map[string]string {
	t.Helper()
	ids := map[string]string{}
	err := s.Dead(t.Context(), func(d record.Dead) error { ids[d.Reason] = d.ID; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// waiting returns the texts that wait for a chat.
func waiting(t *testing.T, s *boltstore.Store, chat bot.ChatID) []string {
	t.Helper()
	ds, err := s.Pending(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{}
	for _, d := range ds {
		texts = append(texts, d.Reply.Text)
	}
	return texts
}

// holds fails unless text has every part.
func holds(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("got %q, want %q in it", text, part)
		}
	}
}

// Commands that are given something they cannot work with say so, and what to
// do; none of them makes a store by being asked.
func TestOperatorsCommandsTellTheCure(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x")
	for name, c := range map[string]struct {
		args    []string
		environ []string
		code    int
		err     string
	}{
		"no store for outbox":       {[]string{"outbox"}, nil, 1, "Không có kho lưu nào ở"},
		"no store for backup":       {[]string{"backup", file}, nil, 1, "Không có kho lưu nào ở"},
		"no store for compact":      {[]string{"compact"}, nil, 1, "Không có kho lưu nào ở"},
		"no server for replay":      {[]string{"spool", "replay", file}, nil, 1, "Chạy «doithoai serve» rồi gõ lại"},
		"redis":                     {[]string{"outbox"}, []string{"DOITHOAI_REDIS=redis://127.0.0.1:1"}, 1, "Không mở được kho lưu trong Redis"},
		"backup to nowhere":         {[]string{"backup"}, nil, 2, "Thiếu tên tệp sẽ ghi"},
		"restore from nowhere":      {[]string{"restore"}, nil, 2, "Thiếu tên tệp bản chép"},
		"restore of no file":        {[]string{"restore", file}, nil, 1, "Xem lại tên tệp và quyền đọc"},
		"replay of nothing":         {[]string{"spool", "replay"}, nil, 2, "Thiếu tên tệp tạm"},
		"compact of something":      {[]string{"compact", "x"}, nil, 2, "thừa «x»"},
		"no such part of outbox":    {[]string{"outbox", "retri"}, nil, 2, "Có phải là «doithoai outbox retry»?"},
		"retry of nothing":          {[]string{"outbox", "retry"}, nil, 2, "xem mã bằng «doithoai outbox»"},
		"drop of all and one":       {[]string{"outbox", "drop", "--all", "1-2"}, nil, 2, "không cả hai"},
		"retry by reason, not all":  {[]string{"outbox", "retry", "--reason", "x"}, nil, 2, "--reason chỉ đi cùng --all"},
		"drop with a wrong flag":    {[]string{"outbox", "drop", "--al"}, nil, 2, "Không có tùy chọn «--al»"},
		"no such command of spool":  {[]string{"spool", "reply"}, nil, 2, "«doithoai spool replay»"},
		"two files for one backup":  {[]string{"backup", "a", "b"}, nil, 2, "chỉ nhận tên tệp"},
		"two files for one restore": {[]string{"restore", "a", "b"}, nil, 2, "chỉ nhận tên tệp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			got := command(t, "", append(in(dir), c.environ...), c.args...)
			if got.code != c.code || got.out != "" {
				t.Errorf("exit code %d, stdout %q, want %d and nothing", got.code, got.out, c.code)
			}
			holds(t, got.err, c.err)
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the folder is there now: %v", err)
			}
		})
	}
}

func TestHelpOfOperatorsCommandsIsVietnamese(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"outbox"}, {"outbox", "retry"}, {"outbox", "drop"}, {"backup"}, {"restore"}, {"compact"}, {"spool"}, {"spool", "replay"},
		{"officer"}, {"officer", "invite"}, {"officer", "list"}, {"officer", "remove"}, {"case"}, {"case", "list"}, {"case", "show"}} {
		got := command(t, "", nil, append(args, "--help")...)
		if got.code != 0 || !strings.Contains(got.out, "Cách dùng:\n  doithoai "+strings.Join(args, " ")) {
			t.Errorf("help of %v: %+v", args, got)
		}
		for _, word := range []string{"Usage", "Flags", "Available", "help for"} {
			if strings.Contains(got.out+got.err, word) {
				t.Errorf("help of %v says %q", args, word)
			}
		}
	}
}

// A server that holds the store but does not answer is not waited for forever,
// and the store is not opened behind its back.
func TestStoreOfAServerWithoutItsSocket(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inStore(t, dir, func(*boltstore.Store) {
		for _, args := range [][]string{{"outbox"}, {"compact"}, {"backup", filepath.Join(dir, "x")}} {
			got := command(t, "", in(dir), args...)
			if got.code != 1 || !strings.Contains(got.err, "đang được một chương trình khác mở") {
				t.Errorf("%v: %+v", args, got)
			}
		}
	})
}

func TestCompact(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{false, true} {
		dir := folder(t, func(s *boltstore.Store) {
			for n := range 8 {
				say(t, s, alice, fmt.Sprint(n), reply(strings.Repeat("x", record.MaxReply), record.PriorityReply))
			}
			if err := s.Ack(t.Context(), alice, 8); err != nil {
				t.Fatal(err)
			}
		})
		if live {
			hold(t, dir, nil)
		}
		before, err := os.Stat(filepath.Join(dir, "doithoai.db"))
		if err != nil {
			t.Fatal(err)
		}
		got := command(t, "", in(dir), "compact")
		after, err := os.Stat(filepath.Join(dir, "doithoai.db"))
		if err != nil || got.code != 0 || got.err != "" || after.Size() >= before.Size() {
			t.Errorf("live %t: %+v, %v; from %d to %d bytes", live, got, err, before.Size(), after.Size())
		}
		holds(t, got.out, "Đã thu gọn kho lưu: từ "+bytesIn(before.Size())+" còn "+bytesIn(after.Size()))
	}
}

func TestSizesAndAges(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 byte", 999: "999 byte", 1000: "1,0 kB", 12_340_000: "12,3 MB", 5e15: "5000,0 TB"} {
		if got := bytesIn(n); got != want {
			t.Errorf("%d bytes: got %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		-time.Hour: "vừa xong", 59 * time.Second: "vừa xong", time.Minute: "1 phút trước",
		25 * time.Hour: "1 ngày trước", 23 * time.Hour: "23 giờ trước",
	} {
		if got := ago(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
