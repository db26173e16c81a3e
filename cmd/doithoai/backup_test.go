package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/knowledge"
)

// A backup of a store, running or not, brings everything into a fresh folder;
// what waited to be sent waits for an operator there.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for name, live := range map[string]bool{"stopped": false, "running": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to, file := stuck(t), filepath.Join(t.TempDir(), "new", "data"), filepath.Join(t.TempDir(), "de-danh.gz")
			var key []byte
			inStore(t, from, func(s *boltstore.Store) {
				say(t, s, alice, "4", reply("Dạ, đang chờ.", record.PriorityReply))
				key = s.Key("test")
			})
			if live {
				hold(t, from, nil)
			}
			got := command(t, "", in(from), "backup", file)
			if got.code != 0 || got.err != "" {
				t.Fatalf("%+v", got)
			}
			holds(t, got.out, "Đã chép", file, "giữ kín")
			info, err := os.Stat(file)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v, want it for its owner alone", info.Mode(), err)
			}
			if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) != 1 {
				t.Errorf("beside it: %v, %v", entries, err)
			}

			got = command(t, "", in(to), "restore", file)
			if got.code != 0 || got.err != "" {
				t.Fatalf("%+v", got)
			}
			holds(t, got.out, "Đã phục hồi bản chép lúc", "2   cuộc trò chuyện", "1   tin chưa gửi", "3   tin không gửi được từ trước",
				"1 tin chưa gửi được giữ lại", "doithoai outbox retry --all --reason restored")
			inStore(t, to, func(s *boltstore.Store) {
				if !bytes.Equal(s.Key("test"), key) {
					t.Error("the key of the house is another one")
				}
				if texts := waiting(t, s, alice); len(texts) != 0 || len(dead(t, s)) != 4 {
					t.Errorf("waiting: %q, dead: %v, want nothing sent by itself", texts, dead(t, s))
				}
				c, err := s.Load(t.Context(), alice)
				if err != nil || c.Revision != 3 || !reflect.DeepEqual(c.State, []byte("\x02{}")) {
					t.Errorf("chat %+v, %v", c, err)
				}
				again, err := s.Save(t.Context(), record.Save{Chat: alice, Revision: c.Revision, Update: "4"})
				if err != nil || again.Outcome != record.Duplicate {
					t.Errorf("an update taken before the backup: %+v, %v, want it known", again, err)
				}
			})
			if got := command(t, "", in(to), "outbox", "retry", "--all", "--reason", "restored"); got.out != "Đã xếp 1 tin để gửi lại.\n" {
				t.Errorf("%+v", got)
			}
			inStore(t, to, func(s *boltstore.Store) {
				if texts := waiting(t, s, alice); len(texts) != 1 || texts[0] != "Dạ, đang chờ." {
					t.Errorf("released: %q", texts)
				}
			})
		})
	}
}

// Whatever is wrong with a file, it is found before anything is written.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	from, file := stuck(t), filepath.Join(t.TempDir(), "de-danh.gz")
	if got := command(t, "", in(from), "backup", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 1
	for name, broken := range map[string][]byte{
		"cut":     whole[:len(whole)-1],
		"half":    whole[:len(whole)/2],
		"changed": changed,
		"longer":  append(bytes.Clone(whole), "x"...),
		"empty":   nil,
		"other":   []byte("PK\x03\x04 something else"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, data := filepath.Join(t.TempDir(), "x"), filepath.Join(t.TempDir(), "data")
			if err := os.WriteFile(file, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			got := command(t, "", in(data), "restore", file)
			if got.code != 1 || got.out != "" {
				t.Errorf("%+v", got)
			}
			holds(t, got.err, "đã hỏng hay bị cắt; chưa ghi gì", "dùng bản chép khác")
			if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was written: %v", err)
			}
		})
	}
	t.Run("into a used store", func(t *testing.T) {
		t.Parallel()
		used := stuck(t)
		got := command(t, "", in(used), "restore", file)
		if got.code != 1 || got.out != "" {
			t.Errorf("%+v", got)
		}
		holds(t, got.err, "không trống, chưa ghi gì", "thành một thư mục mới")
		inStore(t, used, func(s *boltstore.Store) {
			if len(dead(t, s)) != 3 {
				t.Errorf("dead: %v", dead(t, s))
			}
		})
	})
	t.Run("into an empty store", func(t *testing.T) {
		t.Parallel()
		if got := command(t, "", in(folder(t, func(*boltstore.Store) {})), "restore", file); got.code != 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("under a running server", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		hold(t, dir, nil)
		got := command(t, "", in(dir), "restore", file)
		if got.code != 1 || !strings.Contains(got.err, "Dừng dịch vụ rồi gõ lại") {
			t.Errorf("%+v", got)
		}
	})
}

// What a restore that broke off left behind serves nobody, and another restore
// completes it.
func TestHalfARestore(t *testing.T) {
	t.Parallel()
	from, file := stuck(t), filepath.Join(t.TempDir(), "x.gz")
	if got := command(t, "", in(from), "backup", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	broken := errors.New("disk is full")
	half := folder(t, func(s *boltstore.Store) {
		err := s.Import(t.Context(), func(yield func(record.Item, error) bool) {
			_ = yield(record.Item{Kind: record.ItemKey, Value: make([]byte, record.KeySize)}, nil) && yield(record.Item{}, broken)
		})
		if !errors.Is(err, broken) {
			t.Errorf("import: %v", err)
		}
	})
	for _, args := range [][]string{{"serve"}, {"outbox"}, {"backup", file + "2"}} {
		if got := command(t, "", append(in(half), "DOITHOAI_LISTEN=127.0.0.1:0"), args...); got.code != 1 || got.out != "" {
			t.Errorf("%v: %+v, want it refused", args, got)
		}
	}
	holds(t, command(t, "", in(half), "outbox").err, "đang phục hồi dở dang", "Gõ lại «doithoai restore»")
	if got := command(t, "", in(half), "restore", file); got.code != 0 {
		t.Errorf("%+v", got)
	}
	holds(t, command(t, "", in(half), "outbox").out, "[blocked]: 1 tin")
}

func TestBackupKeepsAFileThatIsThere(t *testing.T) {
	t.Parallel()
	dir, file := stuck(t), filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := command(t, "", in(dir), "backup", file)
	if kept, err := os.ReadFile(file); got.code != 1 || err != nil || string(kept) != "mine" || !strings.Contains(got.err, "thêm --force") {
		t.Errorf("%+v; the file holds %q, %v", got, kept, err)
	}
	if got := command(t, "", in(dir), "backup", file, "--force"); got.code != 0 {
		t.Errorf("%+v", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new file is %v, %v", info.Mode(), err)
	}
	got = command(t, "", in(dir), "backup", filepath.Join(file, "in", "a", "file"))
	if got.code != 1 || !strings.Contains(got.err, "Không ghi được tệp") {
		t.Errorf("%+v", got)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	dir, file, to := stuck(t), filepath.Join(t.TempDir(), "doi-nha.gz"), filepath.Join(t.TempDir(), "data")
	t.Run("while a server runs", func(t *testing.T) {
		hold(t, dir, nil)
		got := command(t, "", in(dir), "backup", file, "--move")
		if got.code != 1 || !strings.Contains(got.err, "Dừng dịch vụ rồi gõ lại lệnh") {
			t.Errorf("%+v", got)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a file was made: %v", err)
		}
	})
	got := command(t, "", in(dir), "backup", file, "--move")
	if got.code != 0 || got.err != "" {
		t.Fatalf("%+v", got)
	}
	holds(t, got.out, "đã đánh dấu là dời đi", "doithoai restore doi-nha.gz", "doithoai outbox")
	for _, args := range [][]string{{"serve"}, {"outbox"}, {"compact"}, {"backup", file + "2"}} {
		got := command(t, "", append(in(dir), "DOITHOAI_LISTEN=127.0.0.1:0"), args...)
		if got.code != 1 || !strings.Contains(got.err, file) {
			t.Errorf("%v on a moved store: %+v, want it refused with where it went", args, got)
		}
	}
	if got := command(t, "", in(to), "restore", file); got.code != 0 {
		t.Errorf("%+v", got)
	}
	holds(t, command(t, "", in(to), "outbox").out, "[blocked]: 1 tin")
}

// A resident's conversation goes on in the new place as if nothing had been.
func TestConversationGoesOnAfterARestore(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(os.DirFS(sample))
	if base == nil {
		t.Fatal(report.Text())
	}
	engine := bot.NewEngine(knowledge.NewMatcher(base, nil), time.UTC)
	ask := func(s *boltstore.Store, id, text string) {
		t.Helper()
		x, err := exchange.New(s, exchange.Talking(engine), exchange.Config{Apology: bot.Reply{Text: "Dạ, xin lỗi."}})
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Handle(t.Context(), bot.Message{Chat: alice, ID: id, Kind: bot.KindText, Text: text, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	from, to, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "x.gz")
	s := hold(t, from, nil)
	ask(s, "1", "cận nghèo mua thẻ bảo hiểm được giảm bao nhiêu")
	ask(s, "2", "còn nộp ở đâu") // answered by a list
	if got := command(t, "", in(from), "backup", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	if got := command(t, "", in(to), "restore", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	inStore(t, to, func(s *boltstore.Store) {
		ask(s, "2", "còn nộp ở đâu") // the channel brings it once more
		ask(s, "3", "1")
		if texts := waiting(t, s, alice); len(texts) != 1 || !strings.Contains(texts[0], "Hộ cận nghèo được giảm") {
			t.Errorf("got %q, want the first choice of the list and nothing else", texts)
		}
	})
}

// The same through the program itself: backed up while it serves, restored
// elsewhere, and the resident's page goes on with the cookie it has.
func TestPageGoesOnAfterARestore(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser, knowledge := &http.Client{Jar: jar}, "DOITHOAI_KNOWLEDGE="+folder
	from, to, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "x.gz")

	p := serve(t, from, knowledge)
	request(t, browser, http.MethodPost, p.url, "/chat/session", "{}")
	request(t, browser, http.MethodPost, p.url, "/chat/messages", `{"id":"message-number-1","kind":"text","text":"can ngheo mua the bao hiem duoc giam bao nhieu"}`)
	answer := request(t, browser, http.MethodGet, p.url, "/chat/replies?after=0&wait=5", "")
	var heard struct{ Replies []struct{ Seq uint64 } }
	if err := json.Unmarshal([]byte(answer), &heard); err != nil || len(heard.Replies) != 1 {
		t.Fatalf("got %s, %v", answer, err)
	}
	request(t, browser, http.MethodPost, p.url, "/chat/messages", `{"id":"message-number-2","kind":"text","text":"con nop o dau"}`)
	if got := command(t, "", in(filepath.Join(from, "data")), "backup", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	if got := command(t, "", in(filepath.Join(from, "data")), "compact"); got.code != 0 {
		t.Errorf("%+v", got)
	}
	if got := command(t, "", in(filepath.Join(from, "data")), "spool", "replay", spooled(t, asked(alice, 1))); got.code != 0 {
		t.Errorf("%+v", got)
	}
	if err := p.end(t, syscall.SIGKILL); err == nil {
		t.Error("the program survived its kill")
	}
	holds(t, command(t, "", in(filepath.Join(from, "data")), "outbox").out, "Không có tin nào bị kẹt")
	if got := command(t, "", in(filepath.Join(to, "data")), "restore", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}

	p = serve(t, to, knowledge)
	request(t, browser, http.MethodPost, p.url, "/chat/session", "{}")
	request(t, browser, http.MethodPost, p.url, "/chat/messages", `{"id":"message-number-3","kind":"text","text":"1"}`)
	answer = request(t, browser, http.MethodGet, p.url, "/chat/replies?after=0&wait=5", "")
	if !strings.Contains(answer, "Hộ cận nghèo được giảm") {
		t.Errorf("after the restore got %s, want the first choice of the list", answer)
	}
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v; stderr: %s", err, p.log.String())
	}
}
