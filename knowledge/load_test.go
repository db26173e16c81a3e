package knowledge_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/doithoai/doithoai/knowledge"
)

func Example() {
	base, report := knowledge.Load(os.DirFS("testdata/sample"))
	if base == nil {
		fmt.Print(report.Text())
		return
	}
	today := knowledge.NewDate(2026, time.November, 21)
	entry, ok := base.Entry("tro-cap-huu-tri-xa-hoi", today)
	if !ok {
		fmt.Println("no version is valid today")
		return
	}
	text, err := base.Render(entry.Answer, today)
	fmt.Println(entry.Label)
	fmt.Println(text, err)
	// Output:
	// Tiền người cao tuổi
	// Người từ 75 tuổi không có lương hưu được 540.000 đồng mỗi tháng. <nil>
}

func sample(t *testing.T) *knowledge.Base {
	t.Helper()
	base, report := knowledge.Load(os.DirFS("testdata/sample"))
	if base == nil {
		t.Fatal(report.Text())
	}
	if len(report.Faults) > 0 {
		t.Error(report.Text())
	}
	return base
}

func TestLoad(t *testing.T) {
	t.Parallel()
	base := sample(t)
	e, ok := base.Entry("tro-cap-huu-tri-xa-hoi", today)
	if !ok {
		t.Fatal("no entry")
	}
	want := []knowledge.VerdictRow{
		{Conditions: []knowledge.Condition{{Type: "ai", AllOf: [][]knowledge.Term{{{Value: "có lương hưu"}}}}}, Verdict: knowledge.No, Text: "Người đã có lương hưu thì không nhận khoản này.", Line: 10},
		{Numbers: []knowledge.NumberCondition{{Type: "tuổi", AnyOf: []knowledge.Range{{Min: 75, HasMin: true}}}}, Verdict: knowledge.Yes, Text: "Người từ 75 tuổi không có lương hưu được {huu_tri_xa_hoi} mỗi tháng.", Line: 14},
		{Conditions: []knowledge.Condition{{Type: "ai", AllOf: [][]knowledge.Term{{{Value: "nghèo"}, {Value: "cận nghèo"}}}}}, Numbers: []knowledge.NumberCondition{{Type: "tuổi", AnyOf: []knowledge.Range{{Min: 70, Max: 74, HasMin: true, HasMax: true}}}}, Verdict: knowledge.Yes, Text: "Người từ 70 tuổi thuộc hộ nghèo, cận nghèo được {huu_tri_xa_hoi} mỗi tháng.", Line: 18},
		{Numbers: []knowledge.NumberCondition{{Type: "tuổi", AnyOf: []knowledge.Range{{Max: 70, HasMax: true, UnderMax: true}}}}, Verdict: knowledge.No, Text: "Người dưới 70 tuổi chưa được khoản này.", Line: 23},
	}
	if !reflect.DeepEqual(e.Verdicts, want) {
		t.Errorf("got %+v\nwant %+v", e.Verdicts, want)
	}
	if e.Kind != knowledge.Policy || e.Status != knowledge.InForce || e.Legal[0] != (knowledge.Source{Document: "Luật Bảo hiểm xã hội 2024", Article: "Điều 21"}) {
		t.Errorf("got %+v", e)
	}
	if got := base.Tests[1]; got.Verdict != knowledge.Partly || got.AsOf != today || got.Line != 2 {
		t.Errorf("got %+v", got)
	}
	if len(base.Referrals) != 1 || len(base.Phrases) != 1 || len(base.Topics) != 2 || len(base.Places) != 2 || len(base.Learning) != 1 {
		t.Errorf("got %+v", base)
	}
}

// P6: the version of the day, and none on a day without one.
func TestEntryOnADay(t *testing.T) {
	t.Parallel()
	base := sample(t)
	for day, want := range map[knowledge.Date]string{
		20250630: "", 20250701: "bhyt-ho-can-ngheo@2025-07-01", 20261231: "bhyt-ho-can-ngheo@2025-07-01", 20270101: "bhyt-ho-can-ngheo@2027-01-01", 20991231: "bhyt-ho-can-ngheo@2027-01-01",
	} {
		e, ok := base.Entry("bhyt-ho-can-ngheo", day)
		if ok != (want != "") || ok && e.Version() != want {
			t.Errorf("%v: got %q, %v, want %q", day, e.Version(), ok, want)
		}
	}
	if _, ok := base.Entry("khong-co", today); ok {
		t.Error("found an entry that does not exist")
	}
}

func TestVersionFollowsContent(t *testing.T) {
	t.Parallel()
	one, two := overlay(t, ""), overlay(t, "")
	two["cau_hoi_thu/thu.jsonl"].Data = append(two["cau_hoi_thu/thu.jsonl"].Data, '\n')
	a, _ := knowledge.Load(one)
	b, _ := knowledge.Load(overlay(t, ""))
	c, _ := knowledge.Load(two)
	if a.Version() != b.Version() || a.Version() == c.Version() {
		t.Errorf("got %s, %s, %s", a.Version(), b.Version(), c.Version())
	}
}

// hugeFS says of one file that it is 100 MB and does not let it be opened.
type hugeFS struct {
	fstest.MapFS
	opened *bool
}

type hugeInfo struct{ fs.FileInfo }

func (hugeInfo) Size() int64 { return 100 << 20 }

func (f hugeFS) Stat(name string) (fs.FileInfo, error) {
	info, err := f.MapFS.Stat(name)
	if name == "so_lieu.yaml" && err == nil {
		return hugeInfo{info}, nil
	}
	return info, err
}

func (f hugeFS) Open(name string) (fs.File, error) {
	if name == "so_lieu.yaml" {
		*f.opened = true
	}
	return f.MapFS.Open(name)
}

func TestHugeFileIsNotRead(t *testing.T) {
	t.Parallel()
	opened := false
	base, report := knowledge.Load(hugeFS{overlay(t, ""), &opened})
	if base != nil || opened || !hasFault(report, "so_lieu.yaml", "too-big") {
		t.Errorf("base %v, opened %v\n%s", base != nil, opened, report.Text())
	}
}

// vanishingFS loses a file after it was listed.
type vanishingFS struct{ fstest.MapFS }

func (f vanishingFS) Open(name string) (fs.File, error) {
	if name == "dia_danh.yaml" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.MapFS.Open(name)
}

func TestFileDeletedWhileLoading(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(vanishingFS{overlay(t, "")})
	if base != nil || !hasFault(report, "dia_danh.yaml", "vanished") {
		t.Error(report.Text())
	}
}

func TestFolderMissing(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(os.DirFS("testdata/khong-co"))
	if base != nil || !hasFault(report, ".", "folder") {
		t.Error(report.Text())
	}
}

func hasFault(r knowledge.Report, file, code string) bool {
	for _, f := range r.Faults {
		if f.File == file && f.Code == code {
			return true
		}
	}
	return false
}

func TestReportJSON(t *testing.T) {
	t.Parallel()
	_, good := knowledge.Load(overlay(t, ""))
	if got, err := json.Marshal(good); err != nil || string(got) != `{"faults":[],"files":11}` {
		t.Errorf("got %s, %v", got, err)
	}
	_, bad := knowledge.Load(overlay(t, "testdata/faults/empty-file"))
	want := `{"faults":[{"file":"bao-hiem-y-te/bhyt-ho-ngheo.yaml","line":1,"column":1,"severity":"error","code":"empty","message":"Tệp trống.","cure":"Viết nội dung vào, hoặc xóa tệp này."}],"files":11}`
	if got, err := json.Marshal(bad); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

// fakeAsker answers from a table.
type fakeAsker map[string][2]string

func (a fakeAsker) Ask(q knowledge.TestQuestion) (entry, verdict string) {
	return a[q.Q][0], a[q.Q][1]
}

func TestTestQuestionsAreAsked(t *testing.T) {
	t.Parallel()
	answers := fakeAsker{}
	for _, q := range sample(t).Tests {
		answers[q.Q] = [2]string{q.ID, string(q.Verdict)}
	}
	check := func() knowledge.Report {
		return knowledge.Check(os.DirFS("testdata/sample"), knowledge.Options{Asker: func(b *knowledge.Base) knowledge.Asker {
			if b == nil {
				t.Error("no base to ask")
			}
			return answers
		}})
	}
	if r := check(); !r.OK() {
		t.Error(r.Text())
	}
	answers["làm hộ chiếu"] = [2]string{"none", ""}
	answers["Bà tôi 80 tuổi không lương hưu có tiền hằng tháng không"] = [2]string{"tro-cap-huu-tri-xa-hoi", "khong"}
	r := check()
	if r.OK() || len(r.Faults) != 2 || r.Faults[0].Code != "test-verdict" || r.Faults[1].Code != "test-entry" {
		t.Error(r.Text())
	}
	if !strings.Contains(r.Text(), "cau_hoi_thu/thu.jsonl:5:1: Câu thử «làm hộ chiếu» phải ra mục «ho-chieu» nhưng ra «none».") {
		t.Error(r.Text())
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]knowledge.Date{"01/07/2026": 20260701, "1/7/2026": 20260701, " 2026-07-01 ": 20260701, "29/02/2028": 20280229, "31/02/2026": 0, "2026": 0, "01/13/2026": 0, "": 0, "01/07/26": 0} {
		got, err := knowledge.ParseDate(in)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
	if got := knowledge.Date(20261231).Next(); got != 20270101 || got.Before() != 20261231 || got.String() != "01/01/2027" {
		t.Errorf("got %v", got)
	}
}

// Whatever stands in one file: no panic, every fault has a place and a cure,
// and a base comes out exactly if there is no error.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"bao-hiem-y-te/bhyt-ho-ngheo.yaml", "so_lieu.yaml", "tu_dien.yaml", "chu_de.yaml", "dia_danh.yaml", "cau_hoi_thu/thu.jsonl"} {
		data, err := os.ReadFile("testdata/sample/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if !fs.ValidPath(name) || name == "." {
			return
		}
		files := overlay(t, "")
		files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
		base, report := knowledge.Options{Today: today}.Load(files)
		if (base != nil) != report.OK() {
			t.Errorf("base %v, OK %v", base != nil, report.OK())
		}
		for _, fault := range report.Faults {
			if fault.Message == "" || fault.Cure == "" || fault.File == "" || fault.Line < 0 || fault.Column < 0 {
				t.Errorf("%+v", fault)
			}
		}
		if report.Text() == "" {
			t.Error("no text")
		}
	})
}
