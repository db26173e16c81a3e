package keyfile_test

import (
	"testing"

	"github.com/doithoai/doithoai/internal/keyfile"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"giấy tờ", "nơi nộp", "thời hạn", "mã"}
	for in, want := range map[string]string{"giay tơ": "giấy tờ", "giấytờ": "giấy tờ", "nơi nộp hồ sơ": "", "thoi han": "thời hạn", "ma": "mã", "am": "mã", "xyz": "", "": ""} {
		if got, ok := keyfile.Nearest(in, known); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
