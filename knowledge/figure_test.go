package knowledge_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/knowledge"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2.530.000": "2530000", "2.530": "2530", "2530000": "2530000", "0": "0", "4,5%": "9/200", "4,5 %": "9/200",
		"100%": "1", "0,125": "1/8", "1.234,5": "2469/2",
		// What is not a number, or not surely this one.
		"": "", "2.53": "", "2.5300": "", "2,": "", ",5": "", "1.000.00": "", "2530.000": "", "-5": "", "5 triệu": "", "1/2": "", "0x10": "", "1e9": "", "２": "", "%": "", strings.Repeat("9", 100): "",
	} {
		got := ""
		if x, _, err := knowledge.ParseAmount(in); err == nil {
			got = x.RatString()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFormatAmount(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, unit, want string }{
		{"2530000", "đồng", "2.530.000 đồng"}, {"999", "đồng", "999 đồng"}, {"1000", "đồng", "1.000 đồng"}, {"9/200", "%", "4,5%"},
		{"1", "%", "100%"}, {"33/500", "%/năm", "6,6%/năm"}, {"15", "kg", "15 kg"}, {"1/8", "km", "0,125 km"}, {"-1234567", "đồng", "-1.234.567 đồng"}, {"-500", "đồng", "-500 đồng"},
		{"1/3", "km", ""}, {"1/2", "đồng", ""}, {"7", "", "7"},
	} {
		x, _ := new(big.Rat).SetString(test.in)
		got, err := knowledge.FormatAmount(x, test.unit)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s %s: got %q, %v, want %q", test.in, test.unit, got, err, test.want)
		}
	}
}

// P6: a figure changes by itself on its day, a formula with it, and what is
// missing or unsure is never shown.
func TestRender(t *testing.T) {
	t.Parallel()
	base := sample(t)
	for _, test := range []struct {
		text string
		on   knowledge.Date
		want string // "": an error
	}{
		{"không có số", 20200101, "không có số"},
		{"{luong_co_so}", 20260630, "2.340.000 đồng"},
		{"{luong_co_so}", 20260701, "2.530.000 đồng"},
		{"{luong_co_so}", 20240630, ""},
		{"{bhyt_mot_nam}", 20260630, "1.263.600 đồng"},
		{"{bhyt_mot_nam}", 20260701, "1.366.200 đồng"},
		{"{bhyt_mot_nam}", 20240630, ""},
		{"đóng {muc_dong_bhyt}, tức {bhyt_mot_nam@01/01/2026}.", 20261121, "đóng 4,5%, tức 1.263.600 đồng."},
		{"{muc_du_kien}", 20270101, ""},
		{"{khong_co}", 20261121, ""},
		{"{luong_co_so@hôm nay}", 20261121, ""},
		{"{", 20261121, ""},
		{"}", 20261121, ""},
		{"{{luong_co_so}}", 20261121, ""},
	} {
		got, err := base.Render(test.text, test.on)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s on %v: got %q, %v, want %q", test.text, test.on, got, err, test.want)
		}
		if err != nil && !errors.Is(err, knowledge.ErrFigure) {
			t.Errorf("%v is not ErrFigure", err)
		}
	}
}

// A constant holds on every day, also through another formula.
func TestConstantFormula(t *testing.T) {
	t.Parallel()
	files := overlay(t, "")
	files["so_lieu.yaml"].Data = append(files["so_lieu.yaml"].Data, []byte(`  - mã: mot
    tên: Một
    đơn vị: kg
    công thức: (1 + 2) / 3
  - mã: hai
    tên: Hai
    đơn vị: kg
    công thức: mot * 2
  - mã: chua_chac
    tên: Chưa chắc
    đơn vị: đồng
    công thức: muc_du_kien + luong_co_so
    làm tròn: nghìn
`)...)
	base, report := knowledge.Load(files)
	if base == nil {
		t.Fatal(report.Text())
	}
	for _, day := range []knowledge.Date{19000101, today, 21000101} {
		if got, err := base.Render("{hai}", day); got != "2 kg" || err != nil {
			t.Errorf("%v: got %q, %v", day, got, err)
		}
	}
	// A formula is as sure as its weakest part.
	f, _ := base.Figure("chua_chac")
	if v, ok := f.On(20270101); !ok || v.Certainty != knowledge.Unsure || v.Amount.RatString() != "3130000" {
		t.Errorf("got %+v, %v", v, ok)
	}
}
