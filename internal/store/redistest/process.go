package redistest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// startTime is how long servers may take until they answer, or all of them are
// well: a Sentinel that was not given the processor for two seconds does nothing
// for thirty more.
const startTime = time.Minute

// process is one server process that can be started again.
type process struct {
	words []string
	dir   string
	log   string

	mu      sync.Mutex
	running *exec.Cmd
	ended   chan struct{} // closed when running has ended
}

// newProcess prepares a server in a folder of its own that ends with t.
func newProcess(t testing.TB, port int, words ...string) *process {
	t.Helper()
	needServer(t)
	dir, err := os.MkdirTemp("", "redistest-")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{dir: dir, log: filepath.Join(dir, "log")}
	p.words = append(words, "--dir", dir, "--logfile", p.log)
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Logf("redis-server on port %d said:\n%s", port, p.lastWords())
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove server folder: %v", err)
		}
	})
	return p
}

// needServer ends the test where there is no redis-server: in CI that is a
// fault, on a developer's machine it is said.
func needServer(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err == nil {
		return
	}
	const cure = "no redis-server: run scripts/need.sh redis-server, or install it (Debian: apt-get install redis-server)"
	if os.Getenv("CI") == "true" {
		t.Fatal(cure)
	}
	t.Skip(cure)
}

// start runs the process. It is tied to this one: a test that is killed leaves
// no servers behind.
func (p *process) start() error {
	started, ended := make(chan error, 1), make(chan struct{})
	cmd := exec.Command("redis-server", p.words...) //nolint:gosec // the words are this package's own
	cmd.Dir = p.dir
	cmd.SysProcAttr = tied()
	go func() {
		// The tie is to the thread that starts it, so the thread stays.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // killed, mostly
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running, p.ended = cmd, ended
	return nil
}

// await repeats try until it succeeds or the process has ended.
func (p *process) await(try func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done():
			return fmt.Errorf("it ended: %s", p.lastWords())
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *process) done() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// end kills the process and waits until it is gone.
func (p *process) end() {
	p.signal(os.Kill)
	p.mu.Lock()
	ended := p.ended
	p.running = nil
	p.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

func (p *process) pause()  { p.signal(stop) }
func (p *process) resume() { p.signal(goOn) }

func (p *process) signal(s os.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != nil {
		_ = p.running.Process.Signal(s) // it may have ended by itself
	}
}

// lastWords returns the end of the log.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// freePort returns a port that is free now, and so is the one 10,000 above it,
// where nodes of a Cluster talk to each other.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if port > 55_000 {
			port -= 25_000
		}
		if isFree(port) && isFree(port+10_000) {
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
