package app_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

// What operators are given to watch the program by.
const (
	dashboard  = "../../deploy/grafana/doithoai.json"
	alertRules = "../../deploy/prometheus/alerts.yaml"
	alertTests = "../../deploy/prometheus/alerts_test.yaml"
	manual     = "../../docs/theo-doi.md"
)

var (
	figure    = regexp.MustCompile(`\bdoithoai_[a-z_]+`)
	series    = regexp.MustCompile(`(?m)^([a-z_]+)(?:\{[^\n]*\})? [^\n]+$`)
	alertName = regexp.MustCompile(`(?m)^\s*- alert: (\w+)$`)
	fired     = regexp.MustCompile(`alertname="(\w+)"`)
)

// rare are the figures that exist only once a platform has told something that
// its stand-in does not tell.
func rare() map[string]bool { return map[string]bool{"doithoai_channel_quota_left": true} }

// Dashboard, rules and manual name no figure that the program does not have.
func TestWatchedFiguresExist(t *testing.T) {
	t.Parallel()
	shown := shownFigures(t)
	for _, file := range []string{dashboard, alertRules, alertTests, manual} {
		named := figure.FindAllString(read(t, file), -1)
		if len(named) == 0 {
			t.Errorf("%s names no figure", file)
		}
		for _, name := range named {
			if !shown[name] && !rare()[name] {
				t.Errorf("%s names %s, which the program does not have", filepath.Base(file), name)
			}
		}
	}
}

// shownFigures returns the names of all that a program shows that has channels,
// desks, and trouble.
func shownFigures(t *testing.T) map[string]bool {
	t.Helper()
	fake := tgfake.New(tgfake.Options{Token: botToken})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	admin, listen, folder := freeAddress(t), freeAddress(t), ownCopy(t)
	r := start(t, settings(t, t.TempDir(),
		"DOITHOAI_ADMIN_LISTEN="+admin, "DOITHOAI_KNOWLEDGE="+folder, "DOITHOAI_DESKS="+twoAtOneDesk(t, "telegram:777"),
		"DOITHOAI_TELEGRAM_TOKEN="+botToken, "DOITHOAI_TELEGRAM_API="+api.URL, "DOITHOAI_TELEGRAM_MODE=webhook",
		"DOITHOAI_TELEGRAM_SECRET=0123456789abcdef", "DOITHOAI_PUBLIC_URL=http://"+listen, "DOITHOAI_LISTEN="+listen))
	who := visit(t, r.url)
	who.say("1", "chào")
	who.hear()
	forged, err := http.Post(r.url+"/hooks/telegram", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	forged.Body.Close()
	write(t, filepath.Join(folder, "chu_de.yaml"), "chủ đề: [hỏng\n")
	waitFor(t, r, func(h health) bool { return !h.Knowledge.LastReload.OK })

	var text string
	eventually(t, "all that is gathered is shown", func() bool {
		text = scraped(t, admin)
		return strings.Contains(text, "\ndoithoai_desks_unreachable ") && strings.Contains(text, "\ndoithoai_cases_open{") && strings.Contains(text, "\ndoithoai_disk_size_bytes ")
	})
	for _, line := range []string{
		`doithoai_messages_received_total{channel="web",outcome="taken"} 1`, `doithoai_decisions_total{kind="smalltalk"} 1`,
		`doithoai_channel_events_total{channel="telegram",class="forged",detail=""} 1`,
		`doithoai_unready_reason{code="base.broken"} 1`, `doithoai_base_last_reload_ok 0`, `doithoai_ready 1`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("not shown: %s", line)
		}
	}
	names := map[string]bool{}
	for _, m := range series.FindAllStringSubmatch(text, -1) {
		names[m[1]] = true
		if histogram, ok := strings.CutSuffix(m[1], "_bucket"); ok {
			names[histogram] = true
		}
	}
	return names
}

func scraped(t *testing.T, admin string) string {
	t.Helper()
	response, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v", response.Status, err)
	}
	return string(text)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each alert says what and what to do, is tried, and stands in the manual.
func TestAlertsAreToldAndTried(t *testing.T) {
	t.Parallel()
	rules, tried, told := read(t, alertRules), map[string]bool{}, read(t, manual)
	for _, m := range fired.FindAllStringSubmatch(read(t, alertTests), -1) {
		tried[m[1]] = true
	}
	names := alertName.FindAllStringSubmatchIndex(rules, -1)
	if len(names) < 15 {
		t.Fatalf("%d alerts found", len(names))
	}
	for i, at := range names {
		name, end := rules[at[2]:at[3]], len(rules)
		if i+1 < len(names) {
			end = names[i+1][0]
		}
		body := rules[at[3]:end]
		for _, part := range []string{"summary: \"", "cure: \"", "labels: {severity: "} {
			if strings.Count(body, part) != 1 {
				t.Errorf("%s: %d of %q, want one", name, strings.Count(body, part), part)
			}
		}
		if !tried[name] {
			t.Errorf("%s: no test in which it fires", name)
		}
		if !strings.Contains(told, "`"+name+"`") {
			t.Errorf("%s is not in %s", name, filepath.Base(manual))
		}
		delete(tried, name)
	}
	if len(tried) > 0 {
		t.Errorf("tests of alerts that are gone: %q", slices.Sorted(maps.Keys(tried)))
	}
}

func TestAlertsFireAsTheirTestsSay(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		const cure = "no promtool: run scripts/need.sh promtool, or install it (Debian: apt-get install prometheus)"
		if os.Getenv("CI") == "true" {
			t.Fatal(cure)
		}
		t.Skip(cure)
	}
	for _, args := range [][]string{{"check", "config", "prometheus.yaml"}, {"check", "rules", "alerts.yaml"}, {"test", "rules", "alerts_test.yaml"}} {
		run := exec.CommandContext(t.Context(), tool, args...)
		run.Dir = filepath.Dir(alertRules)
		if out, err := run.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// A panel without a question, or two in one place, is a hole in the dashboard.
func TestDashboardIsWhole(t *testing.T) {
	t.Parallel()
	var board struct {
		Title, UID    string
		SchemaVersion int
		Panels        []struct {
			ID          int
			Type, Title string
			GridPos     struct{ X, Y, W, H int }
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, dashboard)), &board); err != nil {
		t.Fatal(err)
	}
	if board.Title == "" || board.UID == "" || board.SchemaVersion < 39 || len(board.Panels) < 30 {
		t.Errorf("%q, %q, schema %d, %d panels", board.Title, board.UID, board.SchemaVersion, len(board.Panels))
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if p.Title == "" || ids[p.ID] {
			t.Errorf("panel %d %q has no title, or its number is taken", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if over := taken[[2]int{x, y}]; over != "" || x >= 24 {
					t.Fatalf("%q lies over %q, or beside the board", p.Title, over)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if len(p.Targets) == 0 {
			t.Errorf("%q asks nothing", p.Title)
		}
		for _, target := range p.Targets {
			if target.Expr == "" {
				t.Errorf("%q asks nothing", p.Title)
			}
		}
	}
}
