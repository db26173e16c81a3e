package staff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/staff"
)

// offices are desks with who is at them.
type offices struct {
	desks []desks.Desk
	at    map[string][]desks.Officer
}

func (o offices) All() []desks.Desk                                 { return o.desks }
func (o offices) Officers(desk string, _ time.Time) []desks.Officer { return o.at[desk] }

func TestGaps(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	lan, hoa, tam := desks.Officer{ID: "lan"}, desks.Officer{ID: "hoa"}, desks.Officer{ID: "tam"}
	for name, c := range map[string]struct {
		at   []desks.Officer
		want string
	}{
		"everybody":  {[]desks.Officer{lan}, ""},
		"one of two": {[]desks.Officer{hoa, lan}, "y-te dark false: hoa"},
		"nobody":     {[]desks.Officer{hoa, tam}, "y-te dark true: hoa tam"},
		"none there": {nil, "y-te dark true:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := offices{[]desks.Desk{{ID: "toa-an", Outside: "Tòa án"}, {ID: "y-te"}}, map[string][]desks.Officer{"y-te": c.at}}
			var got []string
			for _, gap := range staff.Gaps(o, b.one.Snapshot(), noon) {
				line := fmt.Sprintf("%s dark %t:", gap.Desk.ID, gap.Dark)
				for _, officer := range gap.Missing {
					line += " " + officer.ID
				}
				got = append(got, line)
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
