package flood_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/flood"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func begin() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

func TestJudge(t *testing.T) {
	t.Parallel()
	const pass, tell, drop = flood.Pass, flood.Tell, flood.Drop
	type step struct {
		at   time.Duration
		want []flood.Verdict
	}
	limits := flood.Limits{Burst: 3, Every: 2 * time.Second, Calm: 30 * time.Second}
	mute := limits
	mute.Mute = true
	for name, test := range map[string]struct {
		limits flood.Limits
		steps  []step
	}{
		"one in its time goes on passing": {limits, []step{
			{0, []flood.Verdict{pass, pass, pass, tell, drop}},
			{2 * time.Second, []flood.Verdict{pass, drop}},
			{20 * time.Second, []flood.Verdict{pass, pass, pass, drop}}, // never calm in between: not told again
			{60 * time.Second, []flood.Verdict{pass, pass, pass, tell, drop}},
		}},
		"nothing passes before it is over": {mute, []step{
			{0, []flood.Verdict{pass, pass, pass, tell, drop}},
			{2 * time.Second, []flood.Verdict{drop, drop}},
			{20 * time.Second, []flood.Verdict{drop}},
			{49 * time.Second, []flood.Verdict{drop}},
			{79 * time.Second, []flood.Verdict{pass, pass, pass, tell, drop}},
		}},
		"slow enough for ever": {limits, []step{
			{0, []flood.Verdict{pass}}, {2 * time.Second, []flood.Verdict{pass}}, {4 * time.Second, []flood.Verdict{pass}},
			{6 * time.Second, []flood.Verdict{pass}}, {8 * time.Second, []flood.Verdict{pass}}, {10 * time.Second, []flood.Verdict{pass}},
		}},
		"a clock that is set back": {limits, []step{
			{time.Hour, []flood.Verdict{pass, pass, pass, tell}}, {0, []flood.Verdict{drop}}, {2 * time.Hour, []flood.Verdict{pass}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := flood.New(test.limits)
			for _, s := range test.steps {
				for i, want := range s.want {
					if got := g.Judge("a", begin().Add(s.at)); got != want {
						t.Errorf("at %v, message %d: verdict %d, want %d", s.at, i+1, got, want)
					}
				}
			}
			if got := g.Judge("b", begin()); got != pass {
				t.Errorf("another chat: verdict %d, want that it passes", got)
			}
		})
	}
}

// What is given back costs nothing, and nobody gets more than the burst by it.
func TestGiveBack(t *testing.T) {
	t.Parallel()
	g := flood.New(flood.Limits{Burst: 3})
	g.GiveBack("a") // of a chat that nobody knows
	for range 10 {
		if g.Judge("a", begin()) != flood.Pass {
			t.Fatal("a message that was not taken was held against its chat")
		}
		g.GiveBack("a")
	}
	passed := 0
	for range 10 {
		if g.Judge("a", begin()) == flood.Pass {
			passed++
		}
	}
	if passed != 3 {
		t.Errorf("%d passed after that, want the burst of 3", passed)
	}
}

// The defaults let a fast typist through, and a program not.
func TestDefaults(t *testing.T) {
	t.Parallel()
	g := flood.New(flood.Limits{})
	var got [3]int
	for range 60 {
		got[g.Judge("a", begin())]++
	}
	if got != [3]int{20, 1, 39} {
		t.Errorf("passed, told, dropped %v; want 20, once, the rest", got)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 10, 0, 255}, true)
	f.Fuzz(func(t *testing.T, gaps []byte, mute bool) {
		g := flood.New(flood.Limits{Burst: 3, Every: 2 * time.Second, Calm: 30 * time.Second, Mute: mute})
		now, passed, quiet := begin(), 0, true // whether it may be told
		for _, gap := range gaps {
			step := time.Duration(gap) * 200 * time.Millisecond
			now = now.Add(step)
			quiet = quiet || step >= 30*time.Second
			switch g.Judge("a", now) {
			case flood.Pass:
				passed++
			case flood.Tell:
				if !quiet {
					t.Fatal("told twice without calm in between")
				}
				quiet = false
			}
		}
		if most := 3 + int(now.Sub(begin())/(2*time.Second)); passed > most {
			t.Errorf("%d passed in %v, want %d at most", passed, now.Sub(begin()), most)
		}
	})
}
