package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is the program running on its own, with default settings but for the
// port.
type process struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer // to be read after the end only
}

func serve(t *testing.T, dir string, environ ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.CommandContext(ctx, self, "serve")}
	p.cmd.Dir = dir
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1", "DOITHOAI_LISTEN=127.0.0.1:0"), environ...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		ended := p.cmd.Wait()
		t.Fatalf("no address: %v; %v; stderr: %s", err, ended, p.log.String())
	}
	p.url = strings.Fields(line)[1]
	return p
}

// end sends a signal and waits for the end.
func (p *process) end(t *testing.T, signal os.Signal) error {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return p.cmd.Wait()
}

// request asks the web chat as its page does and returns the answer.
func request(t *testing.T, browser *http.Client, method, base, path, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", base)
	response, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s, %v, %s", method, path, response.Status, err, answer)
	}
	return string(answer)
}

// The program as it comes: no settings, the built-in base, an orderly end.
func TestServeEndsOnSIGTERM(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	health := request(t, http.DefaultClient, http.MethodGet, p.url, "/healthz", "")
	if !strings.Contains(health, `"source":"built-in"`) {
		t.Errorf("got %s", health)
	}
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v; stderr: %s", err, p.log.String())
	}
	if !strings.Contains(p.log.String(), "msg=stopped") {
		t.Errorf("stderr %q, want an orderly end", p.log.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "doithoai.db")); err != nil {
		t.Errorf("no store in the default folder: %v", err)
	}
}

// P2, P3: what was acknowledged is there after a kill, once.
func TestKillLosesNothing(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	dir, knowledge := t.TempDir(), "DOITHOAI_KNOWLEDGE="+folder
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	const message = `{"id":"message-number-1","kind":"text","text":"can ngheo mua the bao hiem duoc giam bao nhieu"}`

	p := serve(t, dir, knowledge)
	request(t, browser, http.MethodPost, p.url, "/chat/session", "{}")
	request(t, browser, http.MethodPost, p.url, "/chat/messages", message)
	if err := p.end(t, syscall.SIGKILL); err == nil {
		t.Error("the program survived its kill")
	}

	p = serve(t, dir, knowledge)
	request(t, browser, http.MethodPost, p.url, "/chat/messages", message) // the page did not see the 200
	var heard struct{ Replies []struct{ Text string } }
	answer := request(t, browser, http.MethodGet, p.url, "/chat/replies?after=0&wait=5", "")
	if err := json.Unmarshal([]byte(answer), &heard); err != nil || len(heard.Replies) != 1 || !strings.Contains(answer, "cận nghèo") {
		t.Errorf("after the kill got %s, %v; want the one answer", answer, err)
	}
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v; stderr: %s", err, p.log.String())
	}
}
