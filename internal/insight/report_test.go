package insight_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/insight"
	"github.com/doithoai/doithoai/knowledge"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func place(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func small() *knowledge.Base {
	return &knowledge.Base{
		Topics: []knowledge.Topic{{ID: "bhyt", Name: "Bảo hiểm y tế"}, {ID: "ho-ngheo", Name: "Hộ nghèo"}},
		Places: []knowledge.Place{{ID: "bo-y", Kind: "xã", Name: "Bờ Y"}, {ID: "ly-son", Kind: "đặc khu", Name: "Lý Sơn"}},
	}
}

// november is a report over three weeks, two of them cut.
func november(t *testing.T) insight.Report {
	t.Helper()
	r := insight.Range{From: 20261105, To: 20261116}
	g := insight.Gather(r, small(), place(t))
	g.Day(20261105, map[string]uint64{
		bot.Figure(bot.FigureAsked, "bhyt", "bo-y"): 40, bot.Figure(bot.FigureAnswered, "bhyt", "bo-y"): 31,
		bot.Figure(bot.FigureHanded, "bhyt", "bo-y"): 6, "case.opened": 99, bot.Figure("other", "bhyt", "bo-y"): 99,
	})
	g.Day(20261109, map[string]uint64{
		bot.Figure(bot.FigureAsked, "ho-ngheo", "ly-son"): 12, bot.Figure(bot.FigureAnswered, "ho-ngheo", "ly-son"): 3,
		bot.Figure(bot.FigureAsked, "gone", ""): 7, bot.Figure(bot.FigureOnTime, "bhyt", "bo-y"): 2,
	})
	g.Day(20261116, map[string]uint64{bot.Figure(bot.FigureAsked, "", "gone"): 8, bot.Figure(bot.FigureAnswered, "", "gone"): 5})
	for _, c := range []escalation.Case{
		{Topic: "bhyt", Place: "bo-y", State: bot.CaseWaiting, Opened: time.Date(2026, 11, 4, 17, 30, 0, 0, time.UTC)},  // the fifth here
		{Topic: "bhyt", Place: "bo-y", State: bot.CaseWaiting, Opened: time.Date(2026, 11, 4, 16, 30, 0, 0, time.UTC)},  // the fourth
		{Topic: "bhyt", Place: "bo-y", State: bot.CaseWaiting, Opened: time.Date(2026, 11, 16, 17, 30, 0, 0, time.UTC)}, // the seventeenth
		{Topic: "bhyt", Place: "bo-y", State: bot.CaseClosed, Opened: time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC)},
	} {
		g.Case(c)
	}
	return g.Report()
}

func TestGather(t *testing.T) {
	t.Parallel()
	r := november(t)
	if r.Total != [...]uint64{67, 39, 6, 2, 0, 1} {
		t.Errorf("total: %v", r.Total)
	}
	want := map[insight.Axis]map[string]uint64{
		insight.ByTopic: {"bhyt": 40, "ho-ngheo": 12, "-": 15},
		insight.ByPlace: {"bo-y": 40, "ly-son": 12, "-": 15},
		insight.ByWeek:  {"2026-11-02": 40, "2026-11-09": 19, "2026-11-16": 8},
	}
	for _, table := range r.Tables {
		if len(table.Rows) != len(want[table.Axis]) {
			t.Errorf("%s has %d rows", table.Axis, len(table.Rows))
		}
		for _, row := range table.Rows {
			if row.Counts[insight.Asked] != want[table.Axis][row.ID] {
				t.Errorf("%s %s: %d asked, want %d", table.Axis, row.ID, row.Counts[insight.Asked], want[table.Axis][row.ID])
			}
		}
	}
	var days []string
	err := r.Range.Days(func(day string) error { days = append(days, day); return nil })
	if err != nil || len(days) != 12 || days[0] != "2026-11-05" || days[11] != "2026-11-16" {
		t.Errorf("days: %v, %v", days, err)
	}
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not as it was (%v):\n%s", name, err, got)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	shown := november(t).Hide()
	data, err := shown.CSV()
	if err != nil || !bytes.HasPrefix(data, []byte("\ufeff")) {
		t.Fatalf("%v: %q", err, data)
	}
	golden(t, "november.csv.golden", data)
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(lines) != 13 {
		t.Errorf("%d lines of csv, %v", len(lines), err)
	}
	indented, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "november.json.golden", append(indented, '\n'))
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	shown := november(t).Hide()
	data, err := shown.Workbook()
	if err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(file.GetSheetList(), "|"); got != "Theo chủ đề|Theo xã, phường|Theo tuần|Ghi chú" {
		t.Errorf("sheets: %s", got)
	}
	for i, table := range shown.Tables {
		rows, err := file.GetRows(file.GetSheetList()[i])
		if err != nil {
			t.Fatal(err)
		}
		want := shown.Rows(table)
		for j, row := range want {
			if strings.Join(rows[j], "|") != strings.Join(row, "|") {
				t.Errorf("row %d: %q, want %q", j, rows[j], row)
			}
		}
	}
	kind, err := file.GetCellType("Theo chủ đề", "B2")
	if err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a count is of cell type %v, %v", kind, err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}
