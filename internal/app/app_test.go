package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/trouble"
)

// sample is a base of a few entries; the built-in one takes longer to learn.
const sample = "../../knowledge/testdata/sample"

// settings are those of a program on a port of the system's choice, with the
// sample base, a data folder and variables of the test's.
func settings(t *testing.T, data string, environ ...string) *config.Config {
	t.Helper()
	environ = append([]string{"DOITHOAI_LISTEN=127.0.0.1:0", "DOITHOAI_DATA=" + data, "DOITHOAI_KNOWLEDGE=" + sampleFolder(t)}, environ...)
	c, err := config.Load(emptyFile(t), environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// builtIn are the same with the built-in base.
func builtIn(t *testing.T, environ ...string) *config.Config {
	t.Helper()
	return settings(t, t.TempDir(), append(environ, "DOITHOAI_KNOWLEDGE=")...)
}

func emptyFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "doithoai.yaml")
	if err := os.WriteFile(name, []byte("# mọi thứ mặc định\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// running is an app under test.
type running struct {
	url  string
	stop func() // once more is harmless
}

func start(t *testing.T, c *config.Config) *running {
	t.Helper()
	return startLogging(t, c, t.Output())
}

func startLogging(t *testing.T, c *config.Config, log io.Writer) *running {
	t.Helper()
	return startWith(t, c, log, app.Options{})
}

func startWith(t *testing.T, c *config.Config, log io.Writer, options app.Options) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	a, err := app.New(ctx, c, "test", slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), options)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	r := &running{url: "http://" + a.Addr().String()}
	r.stop = func() {
		cancel()
		if err, open := <-ended; open {
			close(ended)
			if err != nil {
				t.Errorf("run: %v", err)
			}
		}
	}
	t.Cleanup(r.stop)
	return r
}

// resident is a browser with its cookies.
type resident struct {
	t    *testing.T
	http *http.Client
	url  string
	last uint64
}

func visit(t *testing.T, at string) *resident {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &resident{t: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}, url: at}
	r.post("/chat/session", struct{}{})
	return r
}

func (r *resident) post(path string, body any) {
	r.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+path, bytes.NewReader(data))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", r.url)
	response, err := r.http.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(response.Body)
		r.t.Fatalf("POST %s: %s %s", path, response.Status, text)
	}
}

func (r *resident) say(id, text string) {
	r.t.Helper()
	r.post("/chat/messages", map[string]string{"id": "message-number-" + id, "kind": "text", "text": text})
}

// hear returns what waits after the last that was heard.
func (r *resident) hear() string {
	r.t.Helper()
	var answer struct {
		Replies []struct {
			Seq  uint64 `json:"seq"`
			Text string `json:"text"`
		} `json:"replies"`
	}
	getJSON(r.t, r.http, fmt.Sprintf("%s/chat/replies?after=%d&wait=5", r.url, r.last), &answer)
	var texts []string
	for _, reply := range answer.Replies {
		r.last = max(r.last, reply.Seq)
		texts = append(texts, reply.Text)
	}
	return strings.Join(texts, "\n")
}

func getJSON(t *testing.T, client *http.Client, from string, to any) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, from, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(to); err != nil {
		t.Fatalf("GET %s: %s: %v", from, response.Status, err)
	}
	return response.StatusCode
}

// health is the part of /healthz the tests read.
type health struct {
	Status    string
	Knowledge struct {
		Version, Source string
		LastReload      struct {
			OK     bool
			Errors int
		} `json:"last_reload"`
	}
}

func (r *running) health(t *testing.T) (h health) {
	t.Helper()
	getJSON(t, http.DefaultClient, r.url+"/healthz", &h)
	return h
}

func TestConversationOutlivesARestart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	first := start(t, settings(t, data))
	who := visit(t, first.url)
	who.say("1", "can ngheo mua the bao hiem duoc giam bao nhieu")
	answer := who.hear()
	if answer == "" {
		t.Fatal("no answer")
	}
	first.stop()

	second := start(t, settings(t, data))
	who.url = second.url // cookies know hosts, not ports
	who.last = 0
	if got := who.hear(); got != answer {
		t.Errorf("after the restart got %q, want what was not acknowledged: %q", got, answer)
	}
	who.say("1", "can ngheo mua the bao hiem duoc giam bao nhieu") // the browser is not sure it was taken
	who.say("2", "cam on")
	if got := who.hear(); got == "" || got == answer {
		t.Errorf("got %q, want the answer to the second message only", got)
	}
}

// P7: nothing residents write, and nothing that names them, is logged at any
// level.
func TestLogHoldsNoWordsOfResidents(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := startLogging(t, settings(t, t.TempDir()), &log)
	who := visit(t, r.url)
	who.say("1", "Nguyễn Văn Kín 0912345678 hỏi tiền điện hộ nghèo")
	who.hear()
	at, err := url.Parse(r.url)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{"Kín", "0912345678", "tiền điện", "message-number-1"}
	for _, c := range who.http.Jar.Cookies(at) {
		secrets = append(secrets, c.Value)
	}
	r.stop() // from here on nobody writes to log
	if !strings.Contains(log.String(), "msg=stopped") {
		t.Fatalf("the log is not caught: %s", log.String())
	}
	for _, secret := range secrets {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	r := start(t, settings(t, t.TempDir(), "DOITHOAI_KNOWLEDGE="))
	h := r.health(t)
	if h.Status != "ok" || len(h.Knowledge.Version) != 12 || h.Knowledge.Source != "built-in" || !h.Knowledge.LastReload.OK {
		t.Errorf("got %+v", h)
	}
	var ready struct{ Ready bool }
	if code := getJSON(t, http.DefaultClient, r.url+"/readyz", &ready); code != http.StatusOK || !ready.Ready {
		t.Errorf("got %d %+v", code, ready)
	}
}

func TestAdminAddress(t *testing.T) {
	t.Parallel()
	admin := freeAddress(t)
	start(t, settings(t, t.TempDir(), "DOITHOAI_ADMIN_LISTEN="+admin))
	response, err := http.Get("http://" + admin + "/debug/pprof/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("got %s", response.Status)
	}
}

// A page that only listens must not hold the program up.
func TestOpenPageDoesNotDelayTheStop(t *testing.T) {
	t.Parallel()
	r := start(t, settings(t, t.TempDir()))
	who := visit(t, r.url)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/chat/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := (&http.Client{Jar: who.http.Jar}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func TestFaultyEditIsNotServed(t *testing.T) {
	t.Parallel()
	folder, data := ownCopy(t), t.TempDir()
	c := settings(t, data, "DOITHOAI_KNOWLEDGE="+folder)
	r := start(t, c)
	good := r.health(t)
	if good.Knowledge.Source != "folder" {
		t.Fatalf("got %+v", good)
	}

	topics := filepath.Join(folder, "chu_de.yaml")
	text, err := os.ReadFile(topics)
	if err != nil {
		t.Fatal(err)
	}
	write(t, topics, "chủ đề: [hỏng\n")
	bad := waitFor(t, r, func(h health) bool { return !h.Knowledge.LastReload.OK })
	if bad.Knowledge.Version != good.Knowledge.Version || bad.Knowledge.LastReload.Errors == 0 {
		t.Errorf("got %+v, want the good version %s still in use", bad, good.Knowledge.Version)
	}
	who := visit(t, r.url)
	who.say("1", "chào")
	if who.hear() == "" {
		t.Error("the last good base does not answer")
	}

	// A restart on the faulty folder serves the copy of the last good one.
	r.stop()
	r = start(t, c)
	if h := r.health(t); h.Knowledge.Source != "last good copy" || h.Knowledge.Version != good.Knowledge.Version || h.Knowledge.LastReload.OK {
		t.Errorf("after the restart got %+v", h)
	}

	write(t, topics, string(text)+"\n# sửa xong\n")
	mended := waitFor(t, r, func(h health) bool { return h.Knowledge.LastReload.OK })
	if mended.Knowledge.Version == good.Knowledge.Version || mended.Knowledge.Source != "folder" {
		t.Errorf("after the mending got %+v", mended)
	}
}

func waitFor(t *testing.T, r *running, good func(health) bool) health {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for {
		h := r.health(t)
		if good(h) {
			return h
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain; last seen %+v", h)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

func sampleFolder(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// ownCopy is the sample in a folder the test may edit.
func ownCopy(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "kho")
	if err := os.CopyFS(folder, os.DirFS(sample)); err != nil {
		t.Fatal(err)
	}
	return folder
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestProblemsAtTheStart(t *testing.T) {
	t.Parallel()
	busy := start(t, settings(t, t.TempDir()))
	inUse := t.TempDir()
	start(t, settings(t, inUse))
	faulty := ownCopy(t)
	write(t, filepath.Join(faulty, "so_lieu.yaml"), "số liệu: [hỏng\n")
	file := filepath.Join(t.TempDir(), "tep")
	write(t, file, "x")

	cases := map[string]struct {
		environ []string
		want    []string
	}{
		"port taken":       {[]string{"DOITHOAI_LISTEN=" + strings.TrimPrefix(busy.url, "http://")}, []string{"đang có chương trình khác dùng", "listen"}},
		"store taken":      {[]string{"DOITHOAI_DATA=" + inUse}, []string{"đang được một chương trình khác mở"}},
		"data is a file":   {[]string{"DOITHOAI_DATA=" + file}, []string{"Không đọc ghi được thư mục lưu", "DOITHOAI_DATA"}},
		"faulty knowledge": {[]string{"DOITHOAI_KNOWLEDGE=" + faulty}, []string{"lỗi", "doithoai kb check "}},
		"faulty desks":     {[]string{"DOITHOAI_DESKS=" + file}, []string{"Tệp cán bộ", "doithoai desks check "}},
		"no channel":       {[]string{"DOITHOAI_WEB_ENABLED=không"}, []string{"Không có kênh nào được bật"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := app.New(t.Context(), settings(t, t.TempDir(), c.environ...), "test", slog.New(slog.DiscardHandler), app.Options{})
			if _, ok := errors.AsType[*app.Problem](err); !ok {
				t.Fatalf("got %v, want a problem", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("the problem shows a secret: %v", err)
			}
		})
	}
}

func TestExamineLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "a", "data")
	for _, f := range app.Examine(t.Context(), settings(t, data)) {
		if f.Grade == trouble.Fault {
			t.Errorf("%s: %s", f.Name, f.Text)
		}
	}
	if _, err := os.Stat(filepath.Dir(data)); err == nil {
		t.Error("the folder of the store was made")
	}
}
