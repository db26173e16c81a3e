package escalation_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// TestEveryFailureHasItsParley wants each failure of other projects that a bot
// with officers behind it can repeat to be played here: named in the first line
// of a parley, or by a test.
func TestEveryFailureHasItsParley(t *testing.T) {
	t.Parallel()
	const first, last = 4, 24
	named := map[int]bool{}
	parleys, _ := filepath.Glob("testdata/parley/*.txt")
	for _, file := range parleys {
		head, _, _ := strings.Cut(readFile(t, file), "\n")
		numbers, _, _ := strings.Cut(head, ":")
		if !strings.HasPrefix(head, "# ") {
			t.Errorf("%s does not say why it is here", file)
		}
		if !strings.Contains(numbers, "Failure") {
			continue
		}
		for _, n := range regexp.MustCompile(`\d+`).FindAllString(numbers, -1) {
			i, _ := strconv.Atoi(n)
			named[i] = true
		}
	}
	tests, _ := filepath.Glob("*_test.go")
	for _, file := range tests {
		for _, m := range regexp.MustCompile(`(?m)^func TestFailure(\d+)`).FindAllStringSubmatch(readFile(t, file), -1) {
			i, _ := strconv.Atoi(m[1])
			named[i] = true
		}
	}
	for n := first; n <= last; n++ {
		if !named[n] {
			t.Errorf("failure %d is played nowhere", n)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestFromQuestionToReceipt counts what it takes until somebody has a code: two
// inputs and three messages after the question at the most, whether the commune
// is known or not.
func TestFromQuestionToReceipt(t *testing.T) {
	t.Parallel()
	const question = "an> đường dây điện ngang nhà tôi bị võng"
	known := []string{"an> gặp cán bộ", "an> Tịnh Khê", "an> 2"}
	for name, c := range map[string]struct{ before, after []string }{
		"unknown commune":            {nil, []string{"an> xã Ba Tơ", "an> 1"}},
		"unknown commune, untold":    {nil, []string{"an> 1", "an> đồng ý"}},
		"unknown commune, address":   {nil, []string{"an> thôn Nước Nẻ xã Ba Vinh", "an! press Đồng ý gửi"}},
		"known commune":              {known, []string{"an> 1"}},
		"known commune, in words":    {known, []string{"an> gửi giúp"}},
		"known commune, by pressing": {known, []string{"an! press Đồng ý gửi"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParley(t, func(now func() time.Time) parleyStore {
				s, err := boltstore.Open(filepath.Join(t.TempDir(), "x.db"), boltstore.Options{Now: now, SweepEvery: -1})
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
			messages := 0
			say := func(line string) string {
				if fault := p.play(line); fault != "" {
					t.Fatalf("%s: %s", line, fault)
				}
				messages += len(p.last["an"])
				return strings.Join(p.last["an"], "\n")
			}
			for _, line := range c.before {
				say(line)
			}
			messages = 0
			got := say(question)
			for _, line := range c.after {
				if strings.Contains(got, "Mã hồ sơ") {
					t.Errorf("a receipt before %q", line)
				}
				got = say(line)
			}
			if !strings.Contains(got, "Mã hồ sơ") || len(c.after) > 2 || messages > 3 {
				t.Errorf("after %d inputs and %d messages: %q", len(c.after), messages, got)
			}
		})
	}
}
