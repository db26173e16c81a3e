package trouble_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/trouble"
)

// Whatever is told to an operator says what and what to do, in whole sentences.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]+(\.[a-z_]+)?$`)
	codes := trouble.Codes()
	if len(codes) < 30 {
		t.Errorf("%d codes", len(codes))
	}
	for _, c := range codes {
		got := trouble.New(c, "here")
		if !form.MatchString(string(c)) {
			t.Errorf("code %q", c)
		}
		if c.Grade() != trouble.Fault && c.Grade() != trouble.Warning {
			t.Errorf("%s is %q", c, c.Grade())
		}
		for _, text := range []string{got.What, got.Cure} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s says %q, want a sentence", c, text)
			}
		}
	}
}

// Whoever looks a code up at night finds it.
func TestEveryCodeIsInTheTableOfFaults(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/van-hanh.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "# Khi có chuyện")
	if !ok {
		t.Fatal("the page has no such table")
	}
	for _, c := range trouble.Codes() {
		if !strings.Contains(table, "`"+string(c)+"`") {
			t.Errorf("docs/van-hanh.md does not say what to do about %s", c)
		}
	}
}

func TestTroubleAsJSON(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(trouble.New(trouble.StoreDown, "10.0.0.5:6379").With("Im.", ""))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"code":"store.down","what":"Im.","cure":"` + trouble.New(trouble.StoreDown, "").Cure + `","where":"10.0.0.5:6379"}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTroubleAsError(t *testing.T) {
	t.Parallel()
	var err error = trouble.New(trouble.DiskLow, "/var").With("Đầy", "Dọn")
	if got := err.Error(); got != "/var: Đầy. Dọn." {
		t.Errorf("got %q", got)
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	f := trouble.Found("channel", "Telegram", trouble.ChannelToken, "", "")
	if f.Grade != trouble.Fault || f.Text == "" || f.Cure == "" || f.Milder().Grade != trouble.Warning {
		t.Errorf("got %+v", f)
	}
	if f := trouble.Well("store", "Kho lưu", "tốt"); f.Grade != trouble.Good || f.Milder() != f || f.Code != "" {
		t.Errorf("got %+v", f)
	}
}
