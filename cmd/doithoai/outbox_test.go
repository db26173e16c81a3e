package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// stuck is a folder with three dead letters.
func stuck(t *testing.T) string {
	return folder(t, func(s *boltstore.Store) {
		say(t, s, alice, "1", reply("Chị gọi 0912345678 nhé\x1b[2J", record.PriorityPerson))
		fail(t, s, alice, "blocked")
		say(t, s, alice, "2", reply("Dạ, được.", record.PriorityReminder))
		fail(t, s, alice, record.ReasonExpired)
		say(t, s, bob, "3", reply("Dạ, có.", record.PriorityReply))
		fail(t, s, bob, "odd-reason")
	})
}

// Each command works alike on a store that a server holds and on one that
// nobody does.
func eachWay(t *testing.T, do func(t *testing.T, dir string, look func(func(*boltstore.Store)))) {
	t.Run("stopped", func(t *testing.T) {
		t.Parallel()
		dir := stuck(t)
		do(t, dir, func(see func(*boltstore.Store)) { t.Helper(); inStore(t, dir, see) })
	})
	t.Run("running", func(t *testing.T) {
		t.Parallel()
		dir := stuck(t)
		s := hold(t, dir, nil)
		do(t, dir, func(see func(*boltstore.Store)) { see(s) })
	})
}

func TestOutboxTellsWhatIsStuck(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, dir string, look func(func(*boltstore.Store))) {
		var ids map[string]string
		look(func(s *boltstore.Store) { ids = dead(t, s) })
		got := command(t, "", in(dir), "outbox")
		if got.code != 0 || got.err != "" {
			t.Fatalf("%+v", got)
		}
		holds(t, got.out,
			"Người nhận đã chặn [blocked]: 1 tin", ids["blocked"], "Telegram", "lời cán bộ", "26 ký tự", "vừa xong",
			"Hết hạn mà chưa gửi được [expired]: 1 tin", ids[record.ReasonExpired], "lời nhắc",
			"Kênh từ chối [odd-reason]: 1 tin", "Zalo OA so-y-te", "câu trả lời", "doithoai outbox retry")
		for _, secret := range []string{"gọi", "Dạ", alice.Chat, bob.Chat} {
			if strings.Contains(got.out, secret) {
				t.Errorf("%q is shown in %q", secret, got.out)
			}
		}

		got = command(t, "", in(dir), "outbox", "--text")
		holds(t, got.out, "│ Chị gọi [số máy] nhé", "│ Dạ, được.")
		for _, secret := range []string{"0912345678", "\x1b", alice.Chat} {
			if strings.Contains(got.out, secret) {
				t.Errorf("%q is shown in %q", secret, got.out)
			}
		}

		got = command(t, "", in(dir), "outbox", "--json")
		var letters []struct {
			ID, Lane, Priority, Reason, At string
			Length                         int
			Text                           *string
		}
		if err := json.Unmarshal([]byte(got.out), &letters); err != nil || len(letters) != 3 {
			t.Fatalf("%v: %+v", err, got)
		}
		first := letters[0]
		if first.ID != ids["blocked"] || first.Lane != "telegram/main" || first.Priority != "person" || first.Length != 26 || first.Text != nil {
			t.Errorf("first %+v", first)
		}
	})
}

func TestOutboxOfAnEmptyStore(t *testing.T) {
	t.Parallel()
	dir := folder(t, func(*boltstore.Store) {})
	holds(t, command(t, "", in(dir), "outbox").out, "Không có tin nào bị kẹt.")
	holds(t, command(t, "", in(dir), "outbox", "retry", "--all").out, "Không có tin nào như vậy.")
	if got := command(t, "", in(dir), "outbox", "--json"); got.out != "[]\n" {
		t.Errorf("--json: %+v", got)
	}
}

func TestOutboxRetry(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, dir string, look func(func(*boltstore.Store))) {
		var ids map[string]string
		look(func(s *boltstore.Store) { ids = dead(t, s) })
		got := command(t, "", in(dir), "outbox", "retry", ids["blocked"], "no-such", "../x")
		if got.code != 1 {
			t.Errorf("%+v", got)
		}
		holds(t, got.out, "Đã xếp 1 tin để gửi lại.")
		holds(t, got.err, "Không có tin nào mã no-such.", "Không có tin nào mã ../x.")
		look(func(s *boltstore.Store) {
			if texts := waiting(t, s, alice); len(texts) != 1 || !strings.HasPrefix(texts[0], "Chị gọi") {
				t.Errorf("waiting: %q, want what was revived", texts)
			}
		})

		got = command(t, "", in(dir), "outbox", "retry", "--all", "--reason", "expired")
		if got.code != 0 || got.out != "Đã xếp 1 tin để gửi lại.\n" {
			t.Errorf("%+v", got)
		}
		got = command(t, "", in(dir), "outbox", "retry", "--all")
		if got.code != 0 || got.out != "Đã xếp 1 tin để gửi lại.\n" {
			t.Errorf("%+v", got)
		}
		look(func(s *boltstore.Store) {
			if texts := slices.Concat(waiting(t, s, alice), waiting(t, s, bob)); len(texts) != 3 || len(dead(t, s)) != 0 {
				t.Errorf("waiting: %q, dead: %v, want all of them revived", texts, dead(t, s))
			}
		})
	})
}

func TestOutboxDropAsks(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, dir string, look func(func(*boltstore.Store))) {
		left := func(want int) {
			t.Helper()
			look(func(s *boltstore.Store) {
				if got := dead(t, s); len(got) != want {
					t.Errorf("left: %v, want %d", got, want)
				}
				if texts := slices.Concat(waiting(t, s, alice), waiting(t, s, bob)); len(texts) != 0 {
					t.Errorf("waiting: %q", texts)
				}
			})
		}
		for _, answer := range []string{"", "\n", "không\n", "yes\n"} {
			got := command(t, answer, in(dir), "outbox", "drop", "--all")
			if got.code != 1 || !strings.Contains(got.out, "Sẽ bỏ hẳn 3 tin") || !strings.Contains(got.err, "Chưa bỏ tin nào") {
				t.Errorf("answered %q: %+v", answer, got)
			}
		}
		left(3)
		var ids map[string]string
		look(func(s *boltstore.Store) { ids = dead(t, s) })
		if got := command(t, "", in(dir), "outbox", "drop", ids["blocked"]); got.code != 0 || got.out != "Đã bỏ hẳn 1 tin.\n" {
			t.Errorf("%+v", got)
		}
		left(2)
		if got := command(t, "Có\n", in(dir), "outbox", "drop", "--all", "--reason", "expired"); got.code != 0 || !strings.Contains(got.out, "Đã bỏ hẳn 1 tin.") {
			t.Errorf("%+v", got)
		}
		left(1)
		if got := command(t, "", in(dir), "outbox", "drop", "--all", "--yes"); got.code != 0 || got.out != "Đã bỏ hẳn 1 tin.\n" {
			t.Errorf("%+v", got)
		}
		left(0)
	})
}

// A letter between two chats can be stuck as well as a message to one.
func TestOutboxShowsLetters(t *testing.T) {
	t.Parallel()
	dir := folder(t, func(s *boltstore.Store) {
		ctx := t.Context()
		saved, err := s.Save(ctx, record.Save{Chat: alice, Update: "1", Letters: letterTo(bob, "Dạ, bà con hỏi")})
		if err != nil || saved.Outcome != record.Done {
			t.Fatalf("%+v, %v", saved, err)
		}
		work, err := s.Work(ctx, 1)
		if err != nil || len(work) != 1 {
			t.Fatalf("%d pieces of work, %v", len(work), err)
		}
		if err := s.Finish(ctx, work[0], record.Settlement{Result: record.Failed, Reason: record.ReasonPoison}); err != nil {
			t.Fatal(err)
		}
	})
	got := command(t, "", in(dir), "outbox")
	holds(t, got.out, "Làm chương trình hỏng khi xử lý [poison]: 1 tin", "Zalo OA so-y-te", "tin chuyển giữa hai bên", "14 ký tự")
	holds(t, command(t, "", in(dir), "outbox", "--text").out, "│ Dạ, bà con hỏi")
}

func letterTo(chat bot.ChatID, text string) []bot.Letter {
	return []bot.Letter{{To: chat, Replies: []bot.Reply{{Kind: bot.ReplyNotice, Text: text}}}}
}
