package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/internal/desks/desktest"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// officers writes a file of officers that holds in any year, and returns the
// setting for it.
func officers(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "can_bo.yaml")
	text := `giờ làm việc: |
  thứ 2 - thứ 6: 7h30-11h30, 13h30-17h
` + desktest.Tet() + `cán bộ:
  - mã: lan
    tên: Chị Lan
    chat: telegram:` + alice.Chat + `
  - mã: hoa
    tên: Anh Hòa
    mời: có
bộ phận:
  - mã: y-te
    tên: Tổ bảo hiểm y tế
    chủ đề: bao-hiem-y-te
    địa bàn: tất cả
    cán bộ: hoa
    trả lời trong: 2 ngày làm việc
  - mã: chung
    tên: Bộ phận tiếp nhận
    chủ đề: tất cả
    địa bàn: tất cả
    cán bộ: lan
    trưởng: lan
    trả lời trong: 3 ngày làm việc
  - mã: kin
    tên: Người nhận chuyện kín
    kín: có
    gấp: có
    cán bộ: lan
    trả lời trong: 2 giờ
nhắc việc: |
  nửa thời hạn: cán bộ
  hết thời hạn: trưởng
`
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "DOITHOAI_DESKS=" + name
}

// kept is what both stores are to these tests.
type kept interface {
	staff.Safe
	staff.Leases
	Name(chat bot.ChatID) record.Name
	Load(ctx context.Context, chat bot.ChatID) (record.Chat, error)
	Save(ctx context.Context, s record.Save) (record.Saved, error)
}

// eachStore runs do on a file that a server holds, on one that nobody does, and
// on Redis.
func eachStore(t *testing.T, do func(t *testing.T, environ []string, look func(func(kept)))) {
	t.Run("stopped", func(t *testing.T) {
		t.Parallel()
		dir := folder(t, func(*boltstore.Store) {})
		do(t, in(dir), func(see func(kept)) { t.Helper(); inStore(t, dir, func(s *boltstore.Store) { see(s) }) })
	})
	t.Run("running", func(t *testing.T) {
		t.Parallel()
		dir := folder(t, func(*boltstore.Store) {})
		s := hold(t, dir, nil)
		do(t, in(dir), func(see func(kept)) { see(s) })
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		server := redistest.Single(t)
		s, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		do(t, append(in(t.TempDir()), "DOITHOAI_REDIS="+server.URL()), func(see func(kept)) { see(s) })
	})
}

var shownCode = regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}`)

// redeem uses a code as a message of that chat would.
func redeem(t *testing.T, s kept, code string) {
	t.Helper()
	d := staff.New(staff.Config{Safe: s, Leases: s, Key: []byte("key"), Roster: func() staff.Roster { return hoaAlone{} }})
	officer, err := d.Redeem(t.Context(), staff.Try{Chat: bob, Sender: bob.Chat, ID: "1", Code: code})
	if officer != "hoa" || err != nil {
		t.Fatalf("Redeem = %q, %v", officer, err)
	}
}

func TestOfficersComeAndGo(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, environ []string, look func(func(kept))) {
		environ = append(environ, officers(t))
		listed := func(want ...string) {
			t.Helper()
			got := command(t, "", environ, "officer", "list")
			if got.code != 0 || got.err != "" {
				t.Errorf("list: %+v", got)
			}
			holds(t, got.out, want...)
			for _, secret := range []string{alice.Chat, bob.Chat} {
				if strings.Contains(got.out, secret) {
					t.Error("a chat is shown")
				}
			}
		}
		listed("lan   Chị Lan", "Telegram (trong tệp)", "Bộ phận tiếp nhận", "hoa   Anh Hòa   chưa vào",
			"Chưa ai nhận được hồ sơ của: Tổ bảo hiểm y tế", "doithoai officer invite hoa")

		got := command(t, "", environ, "officer", "invite", "hoa")
		code := shownCode.FindString(got.out)
		if got.code != 0 || code == "" {
			t.Fatalf("invite: %d, %q", got.code, got.err)
		}
		holds(t, got.out, "Lời mời cho Anh Hòa, dùng một lần, đến ", "Chỉ đưa riêng cho người đó")
		holds(t, got.err, "Chưa đặt kênh Telegram hay Zalo nào")
		listed("lời mời còn đến ")
		look(func(s kept) { redeem(t, s, code) })
		listed("Zalo OA so-y-te (vào lúc ", "Hôm nay bộ phận nào cũng có người nhận hồ sơ.")

		got = command(t, "", environ, "officer", "remove", "hoa")
		if got.code != 0 || got.out != "Đã gỡ Anh Hòa: 1 chat đã vào bằng lời mời, 0 chat trong tệp, 0 lời mời chưa dùng.\n" {
			t.Errorf("remove: %+v", got)
		}
		got = command(t, "", environ, "officer", "remove", "lan")
		holds(t, got.out, "Đã gỡ Chị Lan: 0 chat đã vào bằng lời mời, 1 chat trong tệp")
		listed("hoa   Anh Hòa   chưa vào", "chưa vào; đã gỡ 1 chat trong tệp", "doithoai officer invite hoa; doithoai officer invite lan")
		if got = command(t, "", environ, "officer", "remove", "lan"); got.code != 0 || got.out != "Chị Lan không có chat hay lời mời nào để gỡ.\n" {
			t.Errorf("remove again: %+v", got)
		}

		got = command(t, "", environ, "officer", "list", "--json")
		var people []struct {
			ID, Name string
			Contacts []struct{ Channel, Bot string }
			Removed  int
			Desks    []string
		}
		if err := json.Unmarshal([]byte(got.out), &people); err != nil || len(people) != 2 {
			t.Fatalf("%v: %+v", err, got)
		}
		if lan := people[0]; lan.ID != "lan" || lan.Removed != 1 || len(lan.Contacts) != 0 || len(lan.Desks) != 2 {
			t.Errorf("lan: %+v", lan)
		}
	})
}

// Who was registered stays so in the store that a backup is brought to, and who
// registered there since is not put back.
func TestOfficersAreInTheBackup(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, environ []string, look func(func(kept))) {
		environ = append(environ, officers(t))
		code := shownCode.FindString(command(t, "", environ, "officer", "invite", "hoa").out)
		look(func(s kept) { redeem(t, s, code) })
		file := filepath.Join(t.TempDir(), "de-danh.gz")
		if got := command(t, "", environ, "backup", file); got.code != 0 {
			t.Fatalf("%+v", got)
		}
		fresh := append(in(filepath.Join(t.TempDir(), "moi")), environ[len(environ)-1])
		got := command(t, "", fresh, "restore", file)
		if got.code != 0 {
			t.Fatalf("%+v", got)
		}
		holds(t, got.out, "1   danh sách cán bộ đã đăng ký")
		holds(t, command(t, "", fresh, "officer", "list").out, "Zalo OA so-y-te (vào lúc ", "Hôm nay bộ phận nào cũng có người nhận hồ sơ.")
	})
}

// The link is there if Telegram tells the bot's name, and the code if not.
func TestInvitationWithALink(t *testing.T) {
	t.Parallel()
	fake := tgfake.New(tgfake.Options{Token: "1:geheim"})
	server := httptest.NewServer(fake)
	t.Cleanup(func() { server.Close(); fake.Close() })
	environ := append(in(folder(t, func(*boltstore.Store) {})), officers(t), "DOITHOAI_TELEGRAM_TOKEN=1:geheim", "DOITHOAI_TELEGRAM_API="+server.URL)
	got := command(t, "", environ, "officer", "invite", "lan")
	code := shownCode.FindString(got.out)
	if got.code != 0 || code == "" || got.err != "" {
		t.Fatalf("%+v", got)
	}
	holds(t, got.out, "https://t.me/doithoai_thu_bot?start="+code)
	server.Close()
	got = command(t, "", environ, "officer", "invite", "lan")
	holds(t, got.out, "Vào bằng Telegram: mở trợ lý ở đó, nhắn mã này.")
	if strings.Contains(got.out+got.err, "geheim") {
		t.Error("the token is shown")
	}
}

func TestOfficerCommandsTellTheCure(t *testing.T) {
	t.Parallel()
	file := officers(t)
	broken := filepath.Join(t.TempDir(), "can_bo.yaml")
	if err := os.WriteFile(broken, []byte("cán bộ: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args    []string
		environ []string
		code    int
		err     string
	}{
		"invite nobody":         {[]string{"officer", "invite"}, []string{file}, 2, "Thiếu mã cán bộ"},
		"invite two":            {[]string{"officer", "invite", "lan", "hoa"}, []string{file}, 2, "chỉ nhận mã cán bộ"},
		"invite a stranger":     {[]string{"officer", "invite", "tam"}, []string{file}, 1, "Không có cán bộ nào mã «tam»"},
		"remove a stranger":     {[]string{"officer", "remove", "tam"}, []string{file}, 1, "Không có cán bộ nào mã «tam»"},
		"no such part":          {[]string{"officer", "invit"}, []string{file}, 2, "Có phải là «doithoai officer invite»?"},
		"no file":               {[]string{"officer", "list"}, nil, 1, "DOITHOAI_DESKS"},
		"a broken file":         {[]string{"officer", "list"}, []string{"DOITHOAI_DESKS=" + broken}, 1, "doithoai desks check " + broken},
		"remove without a file": {[]string{"officer", "remove", "lan"}, []string{"DOITHOAI_DESKS=" + broken}, 1, "doithoai desks check " + broken},
		"no store":              {[]string{"officer", "list"}, []string{file, "DOITHOAI_DATA=/nowhere"}, 1, "Không có kho lưu nào ở"},
		"list of something":     {[]string{"officer", "list", "lan"}, []string{file}, 2, "thừa «lan»"},
		"case of nothing":       {[]string{"case", "show"}, nil, 2, "Thiếu mã hồ sơ"},
		"case of no code":       {[]string{"case", "show", "abc"}, nil, 2, "mã chỉ gồm chữ số"},
		"case of no such code":  {[]string{"case", "show", "017 123 4567"}, nil, 1, "Không có hồ sơ nào mã 0171234567"},
		"no such part of case":  {[]string{"case", "lst"}, nil, 2, "Có phải là «doithoai case list»?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, "", append(in(folder(t, func(*boltstore.Store) {})), c.environ...), c.args...)
			if got.code != c.code || got.out != "" {
				t.Errorf("exit code %d, stdout %q, want %d and nothing", got.code, got.out, c.code)
			}
			holds(t, got.err, c.err)
		})
	}
}

// Who must go cannot wait for a fault in the file to be mended.
func TestRemoveWithABrokenFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, func(s *boltstore.Store) {
		d := staff.New(staff.Config{Safe: s, Roster: func() staff.Roster { return hoaAlone{} }})
		made, err := d.Invite(t.Context(), "hoa")
		if err != nil {
			t.Fatal(err)
		}
		redeem(t, s, made.Code)
	})
	got := command(t, "", append(in(dir), "DOITHOAI_DESKS=officer_test.go"), "officer", "remove", "hoa")
	if got.code != 1 || !strings.Contains(got.out, "Đã gỡ hoa: 1 chat") || !strings.Contains(got.err, "chat ghi trong tệp chưa gỡ") {
		t.Errorf("%+v", got)
	}
}

// doctor tells of desks that reach nobody, on a store that a server holds, on one
// that nobody does, and before there is one.
func TestDoctorTellsOfDesksWithoutAnybody(t *testing.T) {
	t.Parallel()
	telegram := []string{"DOITHOAI_TELEGRAM_TOKEN=1:geheim", "DOITHOAI_LISTEN=127.0.0.1:0"}
	check := func(t *testing.T, environ []string) {
		t.Helper()
		got := command(t, "", append(environ, officers(t)), "doctor")
		holds(t, got.out, "[HỎNG] Cán bộ: Chưa ai nhận được hồ sơ của: Tổ bảo hiểm y tế, Bộ phận tiếp nhận") // nobody is written to on Telegram without a token
		got = command(t, "", append(append(environ, officers(t)), telegram...), "doctor")
		holds(t, got.out, "[HỎNG] Cán bộ: Chưa ai nhận được hồ sơ của: Tổ bảo hiểm y tế → Mời người của bộ phận: doithoai officer invite hoa\n")
		if got.code != 1 || strings.Contains(got.out+got.err, "geheim") || strings.Contains(got.out, alice.Chat) {
			t.Errorf("%+v", got)
		}
	}
	t.Run("no store", func(t *testing.T) { t.Parallel(); check(t, in(filepath.Join(t.TempDir(), "data"))) })
	eachStore(t, func(t *testing.T, environ []string, _ func(func(kept))) { check(t, environ) })
}
