package wording_test

import (
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/wording"
)

func TestRead(t *testing.T) {
	t.Parallel()
	got, err := wording.Read([]byte("Đã Rõ: |\n  Dạ, rõ.\n\nhai dòng: |\n  một\n  hai\n"))
	if err != nil || len(got) != 2 || got["daro"] != "Dạ, rõ." || got["haidong"] != "một\nhai" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := wording.Read([]byte("một: |\n  a\nmột: |\n  b\n")); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("one key twice: %v, want its line", err)
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		sentence string
		gaps     []string
		want     string
	}{
		{"Hồ sơ {mã}: {ai}.", []string{"mã", "1", "ai", "Lan"}, "Hồ sơ 1: Lan."},
		{"{mã} {mã}", []string{"mã", "1"}, "1 1"},
		{"{câu} {bộ phận}", []string{"câu", "«{bộ phận}»", "bộ phận", "X"}, "«{bộ phận}» X"}, // what people write fills nothing
		{"{còn}", nil, "{còn}"},
		{"{còn}", []string{"còn"}, "{còn}"},
	} {
		if got := wording.Fill(test.sentence, test.gaps...); got != test.want {
			t.Errorf("Fill(%q, %q) = %q, want %q", test.sentence, test.gaps, got, test.want)
		}
	}
}
