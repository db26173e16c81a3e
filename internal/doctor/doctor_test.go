package doctor_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/trouble"
	"github.com/doithoai/doithoai/knowledge"
)

// only returns the one finding of a check.
func only(t *testing.T, check doctor.Check) trouble.Finding {
	t.Helper()
	found := check(t.Context())
	if len(found) != 1 {
		t.Fatalf("got %+v, want one finding", found)
	}
	return found[0]
}

// Checks are made at once, each within its time, and told in their order.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(name string) doctor.Check {
			return func(ctx context.Context) []trouble.Finding {
				<-ctx.Done()
				return []trouble.Finding{trouble.Well("a", name, "")}
			}
		}
		began := time.Now()
		found := doctor.Run(t.Context(), slow("1"), slow("2"), slow("3"))
		if took := time.Since(began); took != doctor.ProbeTime { // of the bubble's clock
			t.Errorf("took %v", took)
		}
		if len(found) != 3 || found[0].Name != "1" || found[2].Name != "3" {
			t.Errorf("got %+v", found)
		}
	})
}

func TestReport(t *testing.T) {
	t.Parallel()
	bad := trouble.Found("a", "b", trouble.StoreDown, "", "")
	r := doctor.NewReport([]trouble.Finding{bad, bad.Milder(), trouble.Well("a", "b", "c")})
	if r.OK || r.Faults != 1 || r.Warnings != 1 {
		t.Errorf("got %+v", r)
	}
	if r := doctor.NewReport([]trouble.Finding{bad.Milder()}); !r.OK {
		t.Errorf("a warning counts as a fault: %+v", r)
	}
}

func TestClocks(t *testing.T) {
	t.Parallel()
	tells := func(by time.Duration, err error) doctor.Clock {
		return doctor.Clock{Name: "X", Offset: func(context.Context) (time.Duration, error) { return by, err }}
	}
	away := tells(0, errors.New("no route"))
	for name, c := range map[string]struct {
		clocks []doctor.Clock
		code   trouble.Code
		says   string
	}{
		"right":                         {[]doctor.Clock{tells(2*time.Second, nil)}, "", "đúng, so với X"},
		"offline":                       {[]doctor.Clock{away}, "", "không so được"},
		"nobody to ask":                 {nil, "", "không so được"},
		"drifts":                        {[]doctor.Clock{away, tells(-6*time.Second, nil)}, trouble.ClockDrift, "nhanh hơn X 6 giây"},
		"wrong":                         {[]doctor.Clock{tells(26*time.Hour, nil)}, trouble.ClockWrong, "chậm hơn X 1 ngày 2 giờ"},
		"one of two is off":             {[]doctor.Clock{tells(time.Hour, nil), tells(time.Second, nil)}, "", "đúng"},
		"a certificate of another time": {[]doctor.Clock{tells(0, doctor.ErrCertificate)}, trouble.ClockWrong, "chứng chỉ"},
	} {
		if f := only(t, doctor.Clocks(c.clocks)); f.Code != c.code || !strings.Contains(f.Text, c.says) {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

func TestWebClock(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead || r.URL.Path != "/" {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		w.Header().Set("Date", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusNotFound)
	}))
	by, err := doctor.WebClock("X", server.URL).Offset(t.Context())
	if err != nil || by < 119*time.Minute || by > 121*time.Minute {
		t.Errorf("got %v, %v", by, err)
	}
	server.Close()
	if _, err := doctor.WebClock("X", server.URL).Offset(t.Context()); err == nil {
		t.Error("a server that is gone told its time")
	}
}

func TestRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := only(t, doctor.Room(doctor.Folder{Name: "data", Path: filepath.Join(dir, "a", "b")}, doctor.Folder{Name: "media", Path: dir}))
	if f.Area != "disk" || !strings.Contains(f.Text, "còn ") {
		t.Errorf("got %+v, want the one disk", f)
	}
	for n, want := range map[uint64]string{7: "7 byte", 1500: "1,5 kB", 12_300_000: "12,3 MB", 5_000_000_000_000: "5,0 TB"} {
		if got := doctor.Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret, data := filepath.Join(dir, "secret"), filepath.Join(dir, "data")
	if f := only(t, doctor.Rights([]string{secret}, data)); f.Grade != trouble.Good {
		t.Errorf("of what is not there: %+v", f)
	}
	for _, c := range []struct {
		file, folder os.FileMode
		codes        []trouble.Code
	}{
		{0o600, 0o700, []trouble.Code{""}},
		{0o640, 0o750, []trouble.Code{""}},
		{0o644, 0o755, []trouble.Code{trouble.SettingsExposed, trouble.FolderExposed}},
	} {
		if err := errors.Join(os.WriteFile(secret, nil, 0o600), os.Chmod(secret, c.file), os.MkdirAll(data, 0o700), os.Chmod(data, c.folder)); err != nil {
			t.Fatal(err)
		}
		found := doctor.Rights([]string{secret}, data)(t.Context())
		if len(found) != len(c.codes) {
			t.Fatalf("%o and %o: %+v", c.file, c.folder, found)
		}
		for i, code := range c.codes {
			if found[i].Code != code || found[i].Grade == trouble.Fault {
				t.Errorf("%o and %o: %+v", c.file, c.folder, found[i])
			}
		}
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []redistest.Option
		code    trouble.Code
	}{
		"well":     {[]redistest.Option{redistest.Fsync("always")}, ""},
		"lossy":    {[]redistest.Option{redistest.Config("--appendonly", "no")}, trouble.StoreLossy},
		"evicting": {[]redistest.Option{redistest.Fsync("always"), redistest.Config("--maxmemory-policy", "allkeys-lru")}, trouble.StoreEviction},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Single(t, c.options...)
			store, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			var bad []trouble.Code
			for _, f := range doctor.Redis(store)(t.Context()) {
				if f.Grade != trouble.Good {
					bad = append(bad, f.Code)
				}
			}
			if c.code == "" && len(bad) > 0 || c.code != "" && (len(bad) != 1 || bad[0] != c.code) {
				t.Errorf("got %v, want %q", bad, c.code)
			}
			if f := only(t, doctor.Clocks([]doctor.Clock{doctor.RedisClock(store)})); f.Grade != trouble.Good {
				t.Errorf("its clock: %+v", f)
			}
		})
	}
}

// The memory of a server is told before it is full.
func TestRedisMemory(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	store, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for most, want := range map[uint64]trouble.Code{1: trouble.StoreFull, 0: trouble.StoreMemory} {
		standing, err := store.Standing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if most == 0 {
			most = standing.Used * 10 / 9
		}
		if err := server.Client(t).ConfigSet(t.Context(), "maxmemory", strconv.FormatUint(most, 10)).Err(); err != nil {
			t.Fatal(err)
		}
		if f := only(t, doctor.RedisNow(store)); f.Code != want {
			t.Errorf("with a bound of %d: %+v", most, f)
		}
	}
}

func TestReviews(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(os.DirFS("../../knowledge/testdata/sample"))
	if base == nil {
		t.Fatal(report)
	}
	late := time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	if f := doctor.Reviews(base, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)); f != nil {
		t.Errorf("today: %+v", f)
	}
	if f := doctor.Reviews(base, late); len(f) != 1 || f[0].Code != trouble.BaseOverdue || f[0].Grade != trouble.Warning {
		t.Errorf("in the far future: %+v", f)
	}
}

// Who is told where to go can only be given a number that an editor has asked for.
func TestPhones(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(os.DirFS("../../knowledge/testdata/sample"))
	if base == nil {
		t.Fatal(report)
	}
	f := doctor.Phones(base)
	if len(f) != 1 || f[0].Code != trouble.BasePhones || f[0].Grade != trouble.Warning || !strings.Contains(f[0].Text, "Tịnh Khê") || strings.Contains(f[0].Text, "Lý Sơn") {
		t.Errorf("got %+v", f)
	}
	for i := range base.Places {
		base.Places[i].Phone = "0255 000 0000"
	}
	if f := doctor.Phones(base); f != nil {
		t.Errorf("with all numbers: %+v", f)
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		address string
		needed  bool
		code    trouble.Code
		grade   trouble.Grade
	}{
		"none, but called":  {"", true, trouble.ChannelWebhook, trouble.Fault},
		"plain, but called": {"http://127.0.0.1", true, trouble.ChannelWebhook, trouble.Fault},
		"plain":             {"http://127.0.0.1", false, trouble.ChannelWebhook, trouble.Warning},
		"nobody there":      {"https://127.0.0.1:1", true, trouble.AddressPublic, trouble.Warning},
	} {
		if f := only(t, doctor.Public(c.address, c.needed, true)); f.Code != c.code || f.Grade != c.grade {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	if found := doctor.Public("", false, true)(t.Context()); found != nil {
		t.Errorf("without an address that anybody needs: %+v", found)
	}
	if f := only(t, doctor.Public("https://127.0.0.1:1", true, false)); f.Grade != trouble.Good {
		t.Errorf("before the start: %+v", f)
	}
}
