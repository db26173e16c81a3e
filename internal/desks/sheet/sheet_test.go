package sheet_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/desks/sheet"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

var builtIn = sync.OnceValue(func() *knowledge.Base {
	base, _ := knowledge.Load(quangngai.FS())
	return base
})

func world(t testing.TB) desks.World {
	t.Helper()
	base := builtIn()
	if base == nil {
		t.Fatal("the built-in base does not load")
	}
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	return desks.World{Places: base.Places, Topics: base.Topics, Zone: zone}
}

func now() time.Time { return time.Date(2026, time.November, 22, 2, 0, 0, 0, time.UTC) }

// fewPlaces is what the template names: the whole of the built-in base takes
// too long for a fuzzer.
func fewPlaces(t testing.TB) desks.World {
	t.Helper()
	return desks.World{
		Places: []knowledge.Place{{ID: "tinh-khe", Name: "Tịnh Khê", Kind: "xã"}},
		Topics: []knowledge.Topic{{ID: "bao-hiem-y-te", Name: "Bảo hiểm y tế, khám chữa bệnh"}},
		Zone:   time.FixedZone("", 7*60*60),
	}
}

// book is the template, changed.
func book(t testing.TB, change func(f *excelize.File)) []byte {
	t.Helper()
	return template(t, world(t), change)
}

func template(t testing.TB, w desks.World, change func(f *excelize.File)) []byte {
	t.Helper()
	data, err := sheet.Template(w)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	change(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// put writes cells of a sheet: "A2", "text", "B2", "text".
func put(t testing.TB, f *excelize.File, name string, cells ...string) {
	t.Helper()
	for i := 0; i < len(cells); i += 2 {
		if err := f.SetCellStr(name, cells[i], cells[i+1]); err != nil {
			t.Fatal(err)
		}
	}
}

// table replaces the rows of officers, each written with bars between the cells.
func table(t testing.TB, f *excelize.File, rows ...string) {
	t.Helper()
	for row := 1; row <= 12; row++ {
		for column := 1; column <= 15; column++ {
			ref, err := excelize.CoordinatesToCellName(column, row)
			if err != nil {
				t.Fatal(err)
			}
			put(t, f, "Cán bộ", ref, "")
		}
	}
	for i, row := range rows {
		for j, text := range strings.Split(row, "|") {
			ref, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			put(t, f, "Cán bộ", ref, strings.TrimSpace(text))
		}
	}
}

func load(t *testing.T, data []byte) (*desks.Desks, string) {
	t.Helper()
	file, report := sheet.Import("can_bo.xlsx", data, world(t), now())
	if file == nil {
		t.Fatal(report.Text())
	}
	d, report := desks.Load(desks.FileName, file, world(t), now())
	if d == nil {
		t.Fatalf("%s\n%s", file, report.Text())
	}
	return d, string(file)
}

func TestTemplateImports(t *testing.T) {
	t.Parallel()
	d, file := load(t, book(t, func(*excelize.File) {}))
	var got []string
	for _, desk := range d.All() {
		got = append(got, desk.ID)
	}
	if want := []string{"to-bao-hiem-y-te", "bo-phan-tiep-nhan", "nguoi-nhan-chuyen-kin", "cong-an-xa-phuong"}; !slices.Equal(got, want) {
		t.Errorf("desks %v, want %v", got, want)
	}
	if _, report := desks.Load(desks.FileName, []byte(file), world(t), now()); len(report.Faults) > 0 {
		t.Error(report.Text())
	}
}

const heads = "Bộ phận | Xã, phường | CHU DE | Cán bộ | Họ và tên | Chat | Thời hạn | Nhóm | Phụ trách | Nghỉ"

// Rows of one desk that differ by commune or topic become as many desks as it
// takes, and every commune and topic finds its officers again.
func TestRowsAreDivided(t *testing.T) {
	t.Parallel()
	d, file := load(t, book(t, func(f *excelize.File) {
		table(t, f, "Danh sách cán bộ năm 2026", heads,
			"Tổ một cửa | Xã Tịnh Khê | vay-von | Nguyễn Thị Lan | Chị Lan | telegram:777 | 2 ngày làm việc | telegram:-1001/12 | |",
			"Tổ một cửa | tinh-khe | vay-von | hoa | Chị Hoa | zalo-oa:123456 | | | | 01/12/2026 - 05/12/2026, thay: Chị Lan",
			"Tổ một cửa | Tịnh Khê | Bảo hiểm y tế, khám chữa bệnh | Nguyễn Thị Lan | | | | | |",
			"Tổ một cửa | An Phú | vay-von | hoa | | | 1 ngày làm việc | | |",
			"Tổ một cửa | Bình Sơn | vay-von | hoa | | | 1 ngày làm việc | | |",
			"Tiếp nhận | tất cả | tất cả | Nguyễn Thị Lan | | | 3 ngày làm việc | | hoa |",
		)
	}))
	for _, test := range []struct{ place, topic, officers, term string }{
		{"tinh-khe", "vay-von", "nguyen-thi-lan hoa", "2 ngày làm việc"},
		{"tinh-khe", "bao-hiem-y-te", "nguyen-thi-lan", "2 ngày làm việc"},
		{"an-phu", "vay-von", "hoa", "1 ngày làm việc"},
		{"binh-son", "vay-von", "hoa", "1 ngày làm việc"},
		{"an-phu", "bao-hiem-y-te", "nguyen-thi-lan", "3 ngày làm việc"},
	} {
		desk, _ := d.Route(test.place, test.topic, now())
		if strings.Join(desk.Officers, " ") != test.officers || desk.Term.String() != test.term {
			t.Errorf("%s in %s: %v in %s, want %s in %s\n%s", test.topic, test.place, desk.Officers, desk.Term, test.officers, test.term, file)
		}
	}
	if len(d.All()) != 4 || d.CatchAll().Head != "hoa" {
		t.Errorf("%d desks and the head %q, want 4 (two communes are one desk) and hoa\n%s", len(d.All()), d.CatchAll().Head, file)
	}
	hoa, _ := d.Officer("hoa")
	if hoa.Name != "Chị Hoa" || len(hoa.Absences) != 1 || hoa.Absences[0].Cover != "nguyen-thi-lan" {
		t.Errorf("hoa: %+v, want the cover by her name", hoa)
	}
}

// What Excel does to a table by itself is understood: merged cells, dates.
func TestWhatExcelDoes(t *testing.T) {
	t.Parallel()
	d, file := load(t, book(t, func(f *excelize.File) {
		table(t, f, heads,
			"Tổ một cửa | Tịnh Khê | vay-von | lan | Chị Lan | telegram:777 | 2 ngày làm việc | | |",
			" | | giao-duc | lan | | | | | |",
			"Tiếp nhận | tất cả | tất cả | lan | | | 3 ngày làm việc | | lan |",
		)
		for _, column := range []string{"A", "B"} {
			if err := f.MergeCell("Cán bộ", column+"2", column+"3"); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellValue("Chung", "B3", time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Chung", "B3", "B3", style); err != nil {
			t.Fatal(err)
		}
	}))
	desk, _ := d.Route("tinh-khe", "giao-duc", now())
	if desk.Name != "Tổ một cửa" || !slices.Equal(desk.Topics, []string{"vay-von", "giao-duc"}) {
		t.Errorf("merged cells: got %+v\n%s", desk, file)
	}
	if d.Calendar(desk.ID).Works(20270104) || !d.Calendar(desk.ID).Works(20270105) {
		t.Errorf("a date cell: Monday 4 January 2027 is not off\n%s", file)
	}
}

// Faults name the cell, whether the sheet or the file of desks finds them.
func TestFaultsNameTheCell(t *testing.T) {
	t.Parallel()
	const row = "Tiếp nhận | tất cả | tất cả | lan | Chị Lan | telegram:777 | 3 ngày làm việc | | lan |"
	for name, test := range map[string]struct {
		change func(t *testing.T, f *excelize.File)
		want   []string
	}{
		"an unknown topic, commune, term, chat": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads, row,
				"Y tế | Nghĩa Hà | vay-vốn | hoa | Chị Hoa | viber:1 | 2 ngày | telegram:1 | giám đốc |",
				"Y tế | An Phú | vay von 2 | hoa | | | | | |")
		}, []string{"Tờ «Cán bộ», ô B3: «Nghĩa Hà» là tên cũ.", "ô C4: Không có chủ đề «vay von 2»", "ô F3: Chat của Chị Hoa", "ô G3: «trả lời trong»", "ô H3: Nhóm chat", "ô I3: Không có cán bộ «giám đốc»"}},
		"rows that contradict": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads, row, "Tiếp nhận | tất cả | tất cả | lan | Cô Lan | | 2 ngày làm việc | | |")
		}, []string{"ô E3: «Cô Lan» khác với «Chị Lan» ở ô E2", "ô G3: «2 ngày làm việc» khác với «3 ngày làm việc» ở ô G2"}},
		"empty cells": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads, row, " | An Phú | vay-von | lan", "Y tế | | vay-von | hoa | Chị Hoa | | 1 giờ", "Y tế | An Phú | | | | | 1 giờ")
		}, []string{"ô A3: Chưa ghi bộ phận.", "ô D5: Chưa ghi cán bộ."}},
		"no commune, no topic": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads, row, "Y tế | | vay-von | lan | | | 1 giờ", "Y tế | An Phú | | lan | | | 1 giờ")
		}, []string{"ô B3: Chưa ghi xã, phường.", "ô C4: Chưa ghi chủ đề."}},
		"a code without a name": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads, row, "Y tế | An Phú | vay-von | hoa | | | 1 giờ")
		}, []string{"ô D3: Chưa ghi tên của cán bộ «hoa»."}},
		"an address with people": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads+" | Địa chỉ ngoài", row, "Công an | An Phú | vay-von | lan | | | | | | | Công an xã")
		}, []string{"ô B3: Dòng có địa chỉ ngoài", "ô C3: Dòng có", "ô D3: Dòng có"}},
		"columns missing, unknown, twice": {func(t *testing.T, f *excelize.File) {
			table(t, f, "Bộ phận | Xã | Chủ đề | Tênn | Chat | Chat", "Y tế | An Phú | vay-von | | |")
		}, []string{"Tờ «Cán bộ»: Thiếu cột «cán bộ».", "Thiếu cột «trả lời trong».", "ô D1: Không có cột «Tênn».", "ô F1: Cột «Chat» có hai lần."}},
		"no headings": {func(t *testing.T, f *excelize.File) {
			table(t, f, "a | b | c")
		}, []string{"Tờ «Cán bộ»: Không thấy dòng tiêu đề"}},
		"two desks for one matter": {func(t *testing.T, f *excelize.File) {
			table(t, f, heads, row, "Y tế | An Phú | vay-von | lan | | | 1 giờ", "Vay | An Phú | vay-von | lan | | | 1 giờ")
		}, []string{"Tờ «Cán bộ», ô A4: Bộ phận «vay» và «y-te»"}},
		"what holds for all": {func(t *testing.T, f *excelize.File) {
			put(t, f, "Chung", "A2", "Giờ làm việcc", "B3", "31/02/2027", "B6", "")
		}, []string{"Tờ «Chung», ô A2: Không có mục «Giờ làm việcc»."}},
		"dates that are none, Tết forgotten": {func(t *testing.T, f *excelize.File) {
			put(t, f, "Chung", "B3", "31/02/2027", "B6", "")
		}, []string{"Tờ «Chung», ô B3: Không hiểu ngày nghỉ «31/02/2027»", "Chưa ghi ngày nghỉ Tết 2027"}},
		"a sheet missing": {func(t *testing.T, f *excelize.File) {
			if err := f.DeleteSheet("Chung"); err != nil {
				t.Fatal(err)
			}
		}, []string{"Bảng tính không có tờ «Chung»"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, report := sheet.Import("can_bo.xlsx", book(t, func(f *excelize.File) { test.change(t, f) }), world(t), now())
			if file != nil || report.OK() {
				t.Fatalf("imported:\n%s", file)
			}
			for _, want := range test.want {
				if !slices.ContainsFunc(report.Faults, func(f desks.Fault) bool { return strings.Contains(f.Message, want) && f.Cure != "" }) {
					t.Errorf("no fault says %q:\n%s", want, report.Text())
				}
			}
		})
	}
}

func TestWhatIsNoWorkbook(t *testing.T) {
	t.Parallel()
	huge := bytes.Repeat([]byte("x"), 9<<20)
	for name, data := range map[string][]byte{"nothing": nil, "text": []byte("xã;chủ đề"), "huge": huge, "a torn file": book(t, func(*excelize.File) {})[:2000]} {
		if file, report := sheet.Import("can_bo.xlsx", data, world(t), now()); file != nil || report.OK() || len(report.Faults) != 1 {
			t.Errorf("%s: got %d bytes and %s", name, len(file), report.Text())
		}
	}
}

// Nothing that can be in a workbook makes it panic, and what it writes is what
// package desks takes.
func FuzzImport(f *testing.F) {
	f.Add(template(f, fewPlaces(f), func(*excelize.File) {}))
	f.Add([]byte("PK\x03\x04"))
	if sample, err := os.ReadFile("../mau.yaml"); err == nil {
		f.Add(sample)
	}
	w := fewPlaces(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, report := sheet.Import("can_bo.xlsx", data, w, now())
		if (file != nil) != report.OK() {
			t.Fatalf("file %t although OK is %t", file != nil, report.OK())
		}
		if file == nil {
			return
		}
		if d, report := desks.Load(desks.FileName, file, w, now()); d == nil {
			t.Fatal(report.Text())
		}
	})
}

// Whatever people type into cells: it imports or is refused by a cell.
func FuzzCells(f *testing.F) {
	f.Add("Tổ: một cửa # 1", "Chị «Lan» - \"bà\"", "|", "thay thay: ", "1/1/2027 thay 2/1/2027")
	f.Add("- a", "&x *y", "tất cả", "'", "cán bộ\nhai dòng")
	w := fewPlaces(f)
	f.Fuzz(func(t *testing.T, unit, name, topic, absent, common string) {
		data := template(t, w, func(x *excelize.File) {
			put(t, x, "Cán bộ", "C2", unit, "E2", name, "B3", topic, "H2", absent)
			put(t, x, "Chung", "B3", common)
		})
		file, report := sheet.Import("can_bo.xlsx", data, w, now())
		for _, fault := range report.Faults {
			if strings.HasPrefix(fault.Message, "Thiếu") || fault.Code == "unknown-key" || fault.Code == "colon" || fault.Code == "duplicate" {
				t.Fatalf("what was typed became structure: %+v", fault)
			}
		}
		if file != nil {
			if d, report := desks.Load(desks.FileName, file, w, now()); d == nil {
				t.Fatal(report.Text())
			}
		}
	})
}
