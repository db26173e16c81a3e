package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// page is something that the program shows to whoever asks, and what must not
// be read there.
type page struct {
	path  string
	admin bool // at the operator's own address
}

// pages are all that is served but the chat itself. One that is not there is
// shown as the error it gives, which must hold nothing either.
func pages() []page {
	return []page{
		{path: "/healthz"},
		{path: "/readyz"},
		{path: "/metrics"},
		{path: "/no-such-page"},
		{path: "/media/1/x/y.jpg"},
		{path: "/hooks/telegram"},
		{path: "/hooks/zalo-oa"},
		{path: "/hooks/zalo-bot"},
		{path: "/debug/counters", admin: true},
		{path: "/metrics", admin: true},
		{path: "/debug/pprof/", admin: true},
		{path: "/debug/pprof/cmdline", admin: true},
		{path: "/debug/pprof/goroutine?debug=2", admin: true},
	}
}

// shownBy is a command, and what may not be read in what it prints.
type shownBy struct {
	args   []string
	hidden class
}

// shown are the commands that print something of what happened, each with what
// it must hide. Only «case show» and «outbox --text» are for reading words.
func shown(code string) []shownBy {
	return []shownBy{
		{[]string{"doctor"}, anything},
		{[]string{"doctor", "--json"}, anything},
		{[]string{"config", "show"}, anything},
		{[]string{"config", "show", "--json"}, anything},
		{[]string{"outbox"}, anything},
		{[]string{"outbox", "--json"}, anything},
		{[]string{"outbox", "--text"}, secret | number | chatID},
		{[]string{"case", "list"}, anything},
		{[]string{"case", "list", "--json"}, anything},
		{[]string{"case", "show", code}, secret | number | chatID},
		{[]string{"case", "show", code, "--json"}, secret | number | chatID},
		{[]string{"report"}, anything},
		{[]string{"report", "--csv"}, anything},
		{[]string{"report", "--json"}, anything},
		{[]string{"kb", "gaps"}, anything},
		{[]string{"kb", "gaps", "--all"}, secret | number | chatID},
		{[]string{"officer", "list"}, secret | number},
		{[]string{"desks", "check"}, secret | number},
		{[]string{"desks", "show"}, secret | number},
		{[]string{"spool"}, anything},
		{[]string{"version"}, anything},
	}
}

// P7: what is secret and what residents and officers send is in nothing that the
// program writes but the conversation itself: the whole program is given secrets
// and words that are recognised anywhere, met with every fault that quotes them,
// and then everything it wrote is searched.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]struct{ redis, process bool }{
		"file": {}, "redis": {redis: true}, "process": {redis: true, process: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, how.redis)
			var stop func() string
			if how.process {
				stop = s.asProcess()
			} else {
				stop = s.inside()
			}
			s.play(!how.process)
			s.readPages()
			s.runCommands()
			log := stop()
			if !strings.Contains(log, "listening") {
				t.Fatalf("the log is not caught: %s", log)
			}
			s.marks.absent(t, "the log", log, anything)
			s.searchBackup()
			s.searchFiles()
			s.searchKeys()
		})
	}
}

// notes is a log that can be read while it is written.
type notes struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// clumsy panics over some messages, with the message as the panic's value.
type clumsy struct{ exchange.Decider }

// Decide implements [exchange.Decider].
func (c clumsy) Decide(s exchange.Situation) exchange.Outcome {
	if strings.Contains(s.Message.Text, stumble) {
		panic(fmt.Sprintf("%+v", s.Message))
	}
	return c.Decider.Decide(s)
}

// stumble is what the decider panics over.
const stumble = "vấp ngã"

// inside runs the program in this process, where all of its log is caught, in
// both forms and to the last detail.
func (s *scene) inside() (stop func() string) {
	s.t.Helper()
	settings, err := config.Load(s.file, s.environ)
	if err != nil {
		s.t.Fatal(err)
	}
	log := &notes{}
	every := &slog.HandlerOptions{Level: slog.LevelDebug - 100, AddSource: true}
	both := slog.New(slog.NewMultiHandler(slog.NewTextHandler(log, every), slog.NewJSONHandler(log, every)))
	a, err := app.New(s.t.Context(), settings, "test", both, app.Options{
		Around: func(d exchange.Decider) exchange.Decider { return clumsy{d} },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	end := sync.OnceValue(func() string {
		cancel()
		if err := <-ended; err != nil {
			log.text.WriteString(err.Error())
		}
		return log.String()
	})
	s.t.Cleanup(func() { end() })
	s.listen("http://" + a.Addr().String())
	return end
}

// asProcess runs the program by itself, so that what libraries print behind its
// back is caught too, and ends it with what it prints when it is asked for
// everything it is doing.
func (s *scene) asProcess() (stop func() string) {
	s.t.Helper()
	p := serve(s.t, filepath.Dir(s.file), append([]string{"GOTRACEBACK=all"}, s.environ...)...)
	s.t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	s.listen(p.url)
	return func() string {
		_ = p.end(s.t, syscall.SIGQUIT)
		return p.log.String()
	}
}

func (s *scene) readPages() {
	for _, p := range pages() {
		at, where := s.url, p.path
		if p.admin {
			at, where = "http://"+s.admin, "admin "+p.path
		}
		_, head, body := s.get(at + p.path)
		s.marks.absent(s.t, where, head+body, anything)
	}
}

func (s *scene) runCommands() {
	for _, c := range shown(s.code) {
		got := command(s.t, "", s.environ, append(c.args, "--config", s.file)...)
		s.marks.absent(s.t, "doithoai "+strings.Join(c.args, " "), got.out+got.err, c.hidden)
		if got.out+got.err == "" {
			s.t.Errorf("doithoai %s printed nothing", strings.Join(c.args, " "))
		}
	}
}

// searchBackup looks at all that is stored, as a backup shows it: numbers that
// were not part of what somebody agreed to send to an officer are nowhere.
func (s *scene) searchBackup() {
	name := filepath.Join(s.t.TempDir(), "ban-chep")
	if got := command(s.t, "", s.environ, "backup", name, "--config", s.file); got.code != 0 {
		s.t.Fatalf("backup: %+v", got)
	}
	file, err := os.Open(name)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for item, err := range record.ReadBackup(file) {
		if err != nil {
			s.t.Fatal(err)
		}
		n++
		s.stored.absent(s.t, fmt.Sprintf("a stored %v", item.Kind), fmt.Sprintf("%+v %s", item, readable(item)), anything)
	}
	if n < 10 {
		s.t.Errorf("only %d items are stored", n)
	}
}

// readable is the value of an item with what is bytes inside it unpacked.
func readable(item record.Item) string {
	switch item.Kind {
	case record.ItemChat:
		c, err := record.DecodeChat(item.Value)
		if err != nil {
			return err.Error()
		}
		return string(c.State)
	case record.ItemCase:
		c, err := record.DecodeCase(item.Value)
		if err != nil {
			return err.Error()
		}
		return string(c.Data)
	}
	return string(item.Value)
}

// searchFiles looks at the names of all files, and into those that are neither
// the store nor an account's tokens.
func (s *scene) searchFiles() {
	err := filepath.WalkDir(s.data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		s.marks.absent(s.t, "the name of a file", strings.TrimPrefix(path, s.data), anything)
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			s.t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s.stored.absent(s.t, filepath.Base(path), string(content), anything)
		return nil
	})
	if err != nil {
		s.t.Error(err)
	}
}

// searchKeys looks at the names in Redis, which its own log and tools show.
func (s *scene) searchKeys() {
	if s.redis == nil {
		return
	}
	client := s.redis.Client(s.t)
	n := 0
	for all := client.Scan(s.t.Context(), 0, "*", 1000).Iterator(); all.Next(s.t.Context()); n++ {
		s.marks.absent(s.t, "a key in Redis", all.Val(), anything)
	}
	if n == 0 {
		s.t.Error("no keys in Redis")
	}
	clients, err := client.ClientList(s.t.Context()).Result()
	if err != nil {
		s.t.Error(err)
	}
	s.marks.absent(s.t, "Redis' list of clients", clients, anything)
}

// get asks for a page and returns all that came back.
func (s *scene) get(address string) (status int, head, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do(http.DefaultClient, request)
}

func (s *scene) do(client *http.Client, request *http.Request) (status int, head, body string) {
	s.t.Helper()
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var b strings.Builder
	_ = response.Header.Write(&b) // never fails
	return response.StatusCode, b.String(), string(text)
}

// redisWithPassword is nil for the store in one file.
func redisWithPassword(t *testing.T, wanted bool, password string) *redistest.Server {
	if !wanted {
		return nil
	}
	return redistest.Single(t, redistest.Fsync("always"), redistest.Password(password))
}

// patience is longer than any fault of the scene keeps an answer back.
const patience = time.Minute
