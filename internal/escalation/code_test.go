package escalation_test

import (
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func TestNewCodeIsAValidCodeOfItsShard(t *testing.T) {
	t.Parallel()
	for _, random := range []uint64{0, 1, 99_999, 100_000, 1<<64 - 1} {
		code := NewCode("017", random)
		if len(code) != 9 || !strings.HasPrefix(code, "017") || !ValidCode(code) {
			t.Errorf("NewCode(017, %d) = %q", random, code)
		}
	}
}

// The check digit is the one of ISO 7064, which other registers use, too: the
// Croatian personal number 69435151530 is published as an example.
func TestCheckDigitIsThatOfISO7064(t *testing.T) {
	t.Parallel()
	if got := CheckDigit("6943515153"); got != 0 {
		t.Errorf("check digit = %d, want 0", got)
	}
	if got := CheckDigit("0794"); got != 5 {
		t.Errorf("check digit = %d, want 5", got)
	}
}

func TestValidCode(t *testing.T) {
	t.Parallel()
	code := NewCode("017", 12345)
	tests := []struct {
		name, text string
		want       bool
	}{
		{"as made", code, true},
		{"in groups", bot.SayCode(code), true},
		{"with dots", code[:3] + "." + code[3:6] + "." + code[6:], true},
		{"with dashes", code[:3] + "-" + code[3:6] + " – " + code[6:], true},
		{"space around", " " + code + " ", true},
		{"empty", "", false},
		{"too short", code[:8], false},
		{"too long", code + "0", false},
		{"a letter", "o" + code[1:], false},
		{"digits of another script", "０" + code[1:], false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := ValidCode(test.text); got != test.want {
				t.Errorf("ValidCode(%q) = %v, want %v", test.text, got, test.want)
			}
		})
	}
}

func TestEveryWrongDigitIsNoticed(t *testing.T) {
	t.Parallel()
	for random := uint64(0); random < 100_000; random += 997 {
		code := NewCode("203", random)
		for i := range code {
			for digit := byte('0'); digit <= '9'; digit++ {
				wrong := code[:i] + string(digit) + code[i+1:]
				if wrong != code && ValidCode(wrong) {
					t.Fatalf("%s passes for %s", wrong, code)
				}
			}
		}
	}
}

func TestSayCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"123456789": "123 456 789", "1234": "123 4", "": ""} {
		if got := bot.SayCode(code); got != want {
			t.Errorf("bot.SayCode(%q) = %q, want %q", code, got, want)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("017 123 456")
	f.Add("\xff\x00")
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := ParseCode(s)
		if ok != ValidCode(s) {
			t.Fatalf("ParseCode and ValidCode differ about %q", s)
		}
		if again, same := ParseCode(bot.SayCode(code)); ok && (!same || again != code) {
			t.Fatalf("%q becomes %q, said and heard %q", s, code, again)
		}
	})
}
