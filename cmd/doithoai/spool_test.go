package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/spool"
)

// spooled writes messages to a spool and returns its file.
func spooled(t *testing.T, messages ...bot.Message) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "spool")
	s, err := spool.Open(dir, spool.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if err := s.Append(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.spool"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	return files[0]
}

func asked(chat bot.ChatID, id int) bot.Message {
	return bot.Message{
		Chat: chat, ID: fmt.Sprint(id), At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Kind: bot.KindText, Text: fmt.Sprintf("câu %d", id),
	}
}

func TestSpoolReplay(t *testing.T) {
	t.Parallel()
	messages := []bot.Message{asked(alice, 1), asked(bob, 2), asked(alice, 3)}
	file := spooled(t, messages...)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	i := &intake{}
	dir := t.TempDir()
	hold(t, dir, i)
	got := command(t, "", in(dir), "spool", "replay", file)
	if got.code != 0 || got.out != "Dịch vụ đã nhận 3 tin.\n" || got.err != "" || !reflect.DeepEqual(i.taken, messages) {
		t.Errorf("%+v; taken: %v", got, i.taken)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestSpoolReplayGoesOnBehindWhatIsRefused(t *testing.T) {
	t.Parallel()
	file := spooled(t, asked(alice, 1), asked(bob, 2), asked(alice, 3))
	for name, test := range map[string]struct {
		refusal error
		taken   int
		err     []string
	}{
		"one bad message": {record.ErrInvalid, 2, []string{"Tin thứ 2 không nhận được", "1 tin không nhận được"}},
		"no store":        {exchange.ErrUnavailable, 1, []string{"Kho lưu không trả lời. Xem máy giữ kho lưu"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &intake{refuses: func(m bot.Message) error {
				if m.ID == "2" {
					return fmt.Errorf("save chat: %w", test.refusal)
				}
				return nil
			}}
			dir := t.TempDir()
			hold(t, dir, i)
			got := command(t, "", in(dir), "spool", "replay", file)
			if got.code != 1 || len(i.taken) != test.taken {
				t.Errorf("%+v; %d taken, want %d", got, len(i.taken), test.taken)
			}
			holds(t, got.out, fmt.Sprintf("Dịch vụ đã nhận %d tin.", test.taken))
			holds(t, got.err, test.err...)
			if strings.Contains(got.out+got.err, "câu") {
				t.Errorf("%+v repeats what was asked", got)
			}
		})
	}
}

func TestSpoolReplayOfWhatIsDamaged(t *testing.T) {
	t.Parallel()
	file := spooled(t, asked(alice, 1), asked(bob, 2), asked(alice, 3))
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	damaged := filepath.Join(t.TempDir(), "x.damaged")
	if err := os.WriteFile(damaged, content, 0o600); err != nil {
		t.Fatal(err)
	}
	i := &intake{}
	dir := t.TempDir()
	hold(t, dir, i)
	got := command(t, "", in(dir), "spool", "replay", damaged)
	if got.code != 1 || got.out != "Dịch vụ đã nhận 2 tin.\n" || len(i.taken) != 2 {
		t.Errorf("%+v; %d taken, want what can be read", got, len(i.taken))
	}
	holds(t, got.err, "có 1 chỗ không đọc được")
	got = command(t, "", in(dir), "spool", "replay", filepath.Join(dir, "nowhere"))
	if got.code != 1 {
		t.Errorf("%+v", got)
	}
	holds(t, got.err, "Không đọc được tệp")
}
