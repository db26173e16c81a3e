package telegram_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
)

// stranger is somebody else's stand-in for Telegram. It checks little and has
// few methods, but nobody here wrote it.
const stranger = "telegram-test-api@4.2.1"

const strangerScript = `
const Server = require('telegram-test-api');
process.on('unhandledRejection', () => {});
new Server({port: Number(process.argv[2]), host: '127.0.0.1'}).start().then(() => console.log('ready'));
process.stdin.on('end', () => process.exit(0)).resume();
`

// A short chat over a server by other people.
func TestSmokeWithAStranger(t *testing.T) {
	t.Parallel()
	s := startStranger(t)
	post := channeltest.NewPost(menu)
	c, err := telegram.New(telegram.Config{Token: "123456:smoke", API: s.url, Intake: post})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	post.Start(t, c, func(time.Duration) {})

	s.person("sendCommand", map[string]any{"text": "/start", "entities": []any{map[string]any{"type": "bot_command", "offset": 0, "length": 6}}})
	if got := s.reply(); got != "Hỏi <gì> & ở đâu?" {
		t.Errorf("after /start: %q", got)
	}
	s.person("sendMessage", map[string]any{"text": "Ho\u0323\u0302 nghe\u0300o"})
	if got := s.reply(); got != "Hỏi <gì> & ở đâu?" {
		t.Errorf("after a text: %q", got)
	}
	s.person("sendCallback", map[string]any{"data": "f:papers:x", "message": map[string]any{"message_id": 1, "chat": chatOne(), "from": fromOne()}})
	if got := s.reply(); got != "Hỏi <gì> & ở đâu?" {
		t.Errorf("after a tap: %q", got)
	}
	for i, want := range []bot.Message{{Kind: bot.KindOpen}, {Kind: bot.KindText, Text: "Hộ nghèo"}, {Kind: bot.KindPress, Payload: "f:papers:x"}} {
		if m := post.Taken()[i]; m.Kind != want.Kind || m.Text != want.Text || m.Payload != want.Payload || m.Chat.Chat != "1" {
			t.Errorf("took %+v, want %+v", m, want)
		}
	}
}

func chatOne() map[string]any { return map[string]any{"id": 1, "type": "private"} }
func fromOne() map[string]any {
	return map[string]any{"id": 1, "is_bot": false, "first_name": "Tám"}
}

// strange is a running server and the person at its other side.
type strange struct {
	t   *testing.T
	url string
}

// startStranger installs and starts the server. Where it cannot be had, that
// is said, and is an error for CI.
func startStranger(t *testing.T) *strange {
	t.Helper()
	missing := func(what string, err error) {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s: %v", what, err)
		}
		t.Skipf("%s: %v; the smoke test is left out, CI would stop here", what, err)
	}
	folder := t.TempDir()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing("Node.js with npm is needed", err)
		}
	}
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--prefix", folder, stranger)
	if out, err := install.CombinedOutput(); err != nil {
		missing("install "+stranger, fmt.Errorf("%w\n%s", err, out))
	}
	script := filepath.Join(folder, "run.js")
	if err := os.WriteFile(script, []byte(strangerScript), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	run := exec.Command("node", script, fmt.Sprint(port))
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends when its input does
		_ = run.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "ready" {
		t.Fatalf("%s did not start: %q, %v", stranger, line, err)
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return &strange{t, fmt.Sprintf("http://127.0.0.1:%d", port)}
}

func (s *strange) post(path string, body any) json.RawMessage {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.Post(s.url+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Result json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
	}
	return answer.Result
}

// person does something in the only chat there is.
func (s *strange) person(what string, more map[string]any) {
	s.t.Helper()
	body := map[string]any{"botToken": "123456:smoke", "date": time.Now().Unix(), "from": fromOne(), "chat": chatOne()}
	maps.Copy(body, more)
	s.post("/"+what, body)
}

// reply waits for what the bot writes next.
func (s *strange) reply() string {
	s.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		var got []struct{ Message struct{ Text string } }
		raw := s.post("/getUpdates", map[string]any{"token": "123456:smoke", "chatId": 1})
		if err := json.Unmarshal(raw, &got); err != nil {
			s.t.Fatal(err)
		}
		if len(got) > 0 {
			// It shows what was sent, markup and all.
			return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(got[0].Message.Text)
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatal("the bot does not answer")
	return ""
}
