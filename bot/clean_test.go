package bot_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                               "",
		" \n\t ":                         "",
		"  Ho\u0323\u0302 nghe\u0300o\n": "Hộ nghèo",
		"a\x00b\x1b[1m\u0085c":           "ab[1mc",
		"một\n\thai":                     "một\n\thai",
		"A\x00\u0300":                    "À",
		"a\xffb":                         "a\uFFFDb",
	} {
		if got := bot.Clean(given); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}

// What is clean stays as it is, whatever it was made of.
func TestCleanIsClean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := bot.Clean(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text"))
		if bot.Clean(once) != once || !norm.NFC.IsNormalString(once) {
			t.Fatalf("%q becomes %q", once, bot.Clean(once))
		}
	})
}
