package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/internal/desks"
)

// tet names holidays for whenever the test runs, because the commands look at
// the clock.
func tet() string {
	year := time.Now().Year()
	return fmt.Sprintf("05/02/%d - 09/02/%d\n  05/02/%d - 09/02/%d", year, year, year+1, year+1)
}

func sampleDesks() string {
	return strings.Replace(desks.Sample(), "05/02/2027 - 09/02/2027", tet(), 1)
}

func TestDesksCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.yaml", sampleDesks())
	bad := file("bad.yaml", strings.Replace(sampleDesks(), "trưởng: lan", "trưởng: lam", 1))

	if got := command(t, "", nil, "desks", "check", good); got.code != exitOK || !strings.Contains(got.out, "không có lỗi") {
		t.Errorf("good: %+v", got)
	}
	if got := command(t, "", []string{"DOITHOAI_DESKS=" + good}, "desks", "check"); got.code != exitOK {
		t.Errorf("of the settings: %+v", got)
	}
	if got := command(t, "", nil, "desks", "check", bad); got.code != exitFailed || !strings.Contains(got.out, "Có phải ý là «lan»?") || !strings.Contains(got.out, "bad.yaml:") {
		t.Errorf("bad: %+v", got)
	}
	got := command(t, "", nil, "desks", "check", "--json", bad)
	var report struct {
		OK     bool
		Faults []desks.Fault
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != exitFailed || report.OK || len(report.Faults) == 0 || report.Faults[0].Line == 0 {
		t.Errorf("as JSON: %v, %+v", err, got)
	}
	for name, args := range map[string][]string{"no file": {"desks", "check"}, "a file that is not there": {"desks", "check", filepath.Join(dir, "none.yaml")}} {
		if got := command(t, "", nil, args...); got.code != exitFailed || got.out+got.err == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDesksInit(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "can_bo.yaml")
	if got := command(t, "", nil, "desks", "init", file); got.code != exitOK || !strings.Contains(got.out, "desks check "+file) {
		t.Fatalf("%+v", got)
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != desks.Sample() {
		t.Errorf("the sample was not written (%v)", err)
	}
	if got := command(t, "", nil, "desks", "init", file); got.code != exitFailed || !strings.Contains(got.err, "Đã có tệp") {
		t.Errorf("over a file that is there: %+v", got)
	}
	if got := command(t, "", nil, "desks", "init", file+".xlsx"); got.code != exitUsage {
		t.Errorf("a workbook that is not asked for: %+v", got)
	}
}

func TestDesksImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	book, out := filepath.Join(dir, "can_bo.xlsx"), filepath.Join(dir, "can_bo.yaml")
	if got := command(t, "", nil, "desks", "init", "--xlsx", book); got.code != exitOK {
		t.Fatalf("init: %+v", got)
	}
	change := func(sheet, cell, text string) {
		t.Helper()
		f, err := excelize.OpenFile(book)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		if err := f.SetCellStr(sheet, cell, text); err != nil {
			t.Fatal(err)
		}
		if err := f.Save(); err != nil {
			t.Fatal(err)
		}
	}
	change("Chung", "B6", tet())
	if got := command(t, "", nil, "desks", "import", book, "--out", out); got.code != exitOK {
		t.Fatalf("import: %+v", got)
	}
	if got := command(t, "", nil, "desks", "check", out); got.code != exitOK {
		t.Errorf("check of what was imported: %+v", got)
	}
	first, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	change("Cán bộ", "E2", "Cô Hoa")
	if got := command(t, "", nil, "desks", "import", book, "--out", out); got.code != exitFailed || !strings.Contains(got.err, "Đã có tệp") {
		t.Errorf("over a file that is there: %+v", got)
	}
	if got := command(t, "", nil, "desks", "import", book, "--out", out, "--force"); got.code != exitOK {
		t.Errorf("by force: %+v", got)
	}
	second, err := os.ReadFile(out)
	if err != nil || bytes.Equal(first, second) || !bytes.Contains(second, []byte("Cô Hoa")) {
		t.Errorf("by force: the file is %q (%v)", tail(string(second)), err)
	}
	change("Cán bộ", "B2", "bảo hiểm xe")
	if got := command(t, "", nil, "desks", "import", book, "--out", out, "--force"); got.code != exitFailed || !strings.Contains(got.out, "Tờ «Cán bộ», ô B2") {
		t.Errorf("a fault: %+v", got)
	}
	if third, err := os.ReadFile(out); err != nil || !bytes.Equal(third, second) {
		t.Errorf("a faulty workbook changed the file (%v)", err)
	}
}
