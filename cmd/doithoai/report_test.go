package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/editorial"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// counted saves so many counters of a day, as conversations do.
func counted(t *testing.T, s kept, day, name string, n int) {
	t.Helper()
	chat := bot.ChatID{Channel: "web", Bot: "main", Chat: "figures"}
	loaded, err := s.Load(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := s.Save(t.Context(), record.Save{
		Chat: chat, Revision: loaded.Revision, Update: day + name, State: []byte("\x02{}"), Day: day, Counts: slices.Repeat([]string{name}, n),
	})
	if err != nil || saved.Outcome != record.Done {
		t.Fatalf("%+v, %v", saved, err)
	}
}

// today is where the commands of these tests are.
func today(t *testing.T) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().In(zone)
}

func TestReport(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, environ []string, look func(func(kept))) {
		now := today(t)
		day, before := now.Format(time.DateOnly), now.AddDate(0, 0, -40).Format(time.DateOnly)
		look(func(s kept) {
			counted(t, s, day, bot.Figure(bot.FigureAsked, "bao-hiem-y-te", ""), 12)
			counted(t, s, day, bot.Figure(bot.FigureAnswered, "bao-hiem-y-te", ""), 7)
			counted(t, s, before, bot.Figure(bot.FigureAsked, "bao-hiem-y-te", ""), 30)
			for i := range 5 {
				open(t, s, alice, "111111"+strconv.Itoa(i), escalation.Case{State: bot.CaseWaiting, Topic: "bao-hiem-y-te", Opened: now, Due: now})
			}
		})
		from, to := now.AddDate(0, 0, -1).Format("02/01/2006"), now.Format("02/01/2006")
		got := command(t, "", environ, "report", "--from", from, "--to", to)
		if got.code != 0 || got.err != "" {
			t.Fatalf("%+v", got)
		}
		holds(t, got.out, "Từ "+from+" đến "+to, "Theo chủ đề", "Theo xã, phường", "Theo tuần", "trả lời ngay")
		if !strings.Contains(strings.Join(strings.Fields(got.out), " "), "Bảo hiểm y tế 12 7 0 0 0 5 ") {
			t.Errorf("got %s", got.out)
		}
		var told struct {
			Total map[string]*int
			Topic []struct{ ID string }
		}
		wide := command(t, "", environ, "report", "--from", now.AddDate(0, 0, -40).Format("02/01/2006"), "--json")
		if err := json.Unmarshal([]byte(wide.out), &told); err != nil || told.Total["asked"] == nil || *told.Total["asked"] != 42 || len(told.Topic) != 3 {
			t.Errorf("%v: %+v", err, wide)
		}
		if got := command(t, "", environ, "report", "--csv"); !strings.HasPrefix(got.out, "\ufeffbảng,tên,câu hỏi,") {
			t.Errorf("csv: %+v", got)
		}
		name := filepath.Join(t.TempDir(), "bao-cao.xlsx")
		if got := command(t, "", environ, "report", "--xlsx", name); got.code != 0 || got.out != "Đã ghi "+name+".\n" {
			t.Errorf("xlsx: %+v", got)
		}
		file, err := excelize.OpenFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if cell, err := file.GetCellValue("Theo chủ đề", "B2"); cell != "12" || err != nil {
			t.Errorf("B2 = %q, %v", cell, err)
		}
		_ = file.Close()
	})
}

func TestReportMisused(t *testing.T) {
	t.Parallel()
	environ := in(t.TempDir())
	for args, want := range map[string]string{
		"--from 1/12/2026 --to 1/11/2026": "phải trước",
		"--from 1/1/2020 --to 1/11/2026":  "chỉ giữ 400 ngày",
		"--csv --json":                    "Chọn một trong",
		"--xlsx a.csv":                    "đuôi .xlsx",
		"--from mai":                      "«mai» không phải ngày",
	} {
		dir := folder(t, func(*boltstore.Store) {})
		got := command(t, "", append(environ, in(dir)...), append([]string{"report"}, strings.Fields(args)...)...)
		if got.code != 2 || !strings.Contains(got.err, want) {
			t.Errorf("%s: %+v, want %q", args, got, want)
		}
	}
}

// cleared is a case that an officer answered and its resident understood.
func cleared(now time.Time, question string, said escalation.Said) escalation.Case {
	said.Officer = "lan"
	return escalation.Case{
		State: bot.CaseClosed, How: "clear", Opened: now, Closed: now, Matter: bot.MatterQuestion, Question: question,
		Near: []string{"bhyt-ho-ngheo"}, Topic: "bao-hiem-y-te", Said: []escalation.Said{said},
	}
}

func TestKBGapsAndDrafts(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, environ []string, look func(func(kept))) {
		now := time.Now()
		look(func(s kept) {
			open(t, s, alice, "1111111", cleared(now, "thẻ ghi sai năm sinh, số em 0912345678", escalation.Said{Kind: escalation.SaidAnswer, Text: "Gặp chị Hồng ở xã, số 0912345678."}))
			open(t, s, bob, "2222222", cleared(now, "thẻ ghi sai năm sinh", escalation.Said{Kind: escalation.SaidEntry, Entry: "bhyt-ho-can-ngheo"}))
		})
		got := command(t, "", environ, "kb", "gaps")
		if got.code != 0 || strings.Contains(got.out, "sai năm sinh") {
			t.Errorf("gaps: %+v", got)
		}
		holds(t, got.out, "2 câu  (ít người hỏi", "gần mục bhyt-ho-ngheo · Bảo hiểm y tế · 0 xã · cán bộ đã trả lời 2 · hay gửi mục bhyt-ho-can-ngheo (1 lần)")
		holds(t, command(t, "", environ, "kb", "gaps", "--all").out, "«thẻ ghi sai năm sinh")
		if got := command(t, "", environ, "kb", "gaps", "--to", "01/01/2020"); !strings.HasPrefix(got.out, "Không có câu hỏi nào") {
			t.Errorf("gaps of long ago: %+v", got)
		}
		var gaps []editorial.Gap
		if err := json.Unmarshal([]byte(command(t, "", environ, "kb", "gaps", "--json").out), &gaps); err != nil || len(gaps) != 1 || gaps[0].Count != 2 || gaps[0].Example != "" {
			t.Errorf("%v: %+v", err, gaps)
		}

		dir := filepath.Join(t.TempDir(), "nhap")
		holds(t, command(t, "", environ, "kb", "drafts", "--dir", dir).out, "1 bản nháp, 1 đề nghị thêm cách hỏi", "nhap-1.yaml")
		draft, err := os.ReadFile(filepath.Join(dir, "nhap-1.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		holds(t, string(draft), "BẢN NHÁP", "tình trạng: chưa rõ", "Gặp chị [đã bỏ] ở xã, số [đã bỏ].")
		if strings.Contains(string(draft), "0912") || strings.Contains(string(draft), "1111111") {
			t.Errorf("a number is left: %s", draft)
		}
		holds(t, command(t, "", environ, "kb", "drafts", "--dir", dir).out, "Không có hồ sơ nào mới để viết; đã viết từ trước 2.")
	})
}

// Drafts never lie where a base would take them for its own.
func TestDraftsStayOutOfTheBase(t *testing.T) {
	t.Parallel()
	dir := folder(t, func(*boltstore.Store) {})
	kb := filepath.Join(t.TempDir(), "kho")
	if err := os.CopyFS(kb, os.DirFS(sample)); err != nil {
		t.Fatal(err)
	}
	environ := append(in(dir), "DOITHOAI_KNOWLEDGE="+kb)
	for _, inside := range []string{kb, filepath.Join(kb, "bao-hiem-y-te"), filepath.Join(kb, "nhap")} {
		if got := command(t, "", environ, "kb", "drafts", "--dir", inside); got.code != 1 || !strings.Contains(got.err, "nằm trong kho kiến thức") {
			t.Errorf("%s: %+v", inside, got)
		}
	}
	inStore(t, dir, func(s *boltstore.Store) {
		open(t, s, alice, "1111111", cleared(time.Now(), "thẻ ghi sai năm sinh", escalation.Said{Kind: escalation.SaidAnswer, Text: "Sửa ở xã."}))
	})
	if got := command(t, "", environ, "kb", "drafts"); got.code != 0 || !strings.Contains(got.out, filepath.Join(kb, "ban_nhap")) {
		t.Errorf("%+v", got)
	}
	if got := command(t, "", environ, "kb", "check"); got.code != 0 {
		t.Errorf("check with drafts: %d, %s", got.code, tail(got.out))
	}
}
