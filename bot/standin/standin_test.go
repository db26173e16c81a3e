package standin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClock(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	c := standin.NewClock(begin)
	soon, later, past := c.After(time.Second), c.After(time.Hour), c.After(-time.Second)
	<-past
	c.Advance(time.Minute)
	if at := <-soon; !at.Equal(begin.Add(time.Minute)) || !c.Now().Equal(at) {
		t.Errorf("woken at %v, it is %v", at, c.Now())
	}
	select {
	case at := <-later:
		t.Errorf("woken at %v, an hour before", at)
	default:
	}
	var real *standin.Clock
	if <-real.After(0); time.Since(real.Now()) > time.Minute {
		t.Error("no clock is not the real one")
	}
}

// screen is what somebody at the terminal reads.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// What is typed is said, what is seen is shown, and the end of the input is the end.
func TestPlay(t *testing.T) {
	t.Parallel()
	in, keyboard := io.Pipe()
	seen, closed := make(chan string), false
	var out screen
	answers := func(addr string) {
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + addr)
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
		if res.StatusCode != http.StatusTeapot {
			t.Errorf("the platform answers %d", res.StatusCode)
		}
		go func() {
			_, _ = io.WriteString(keyboard, "\n một hai \nsai\n")
			_ = keyboard.Close()
		}()
	}
	err := standin.Scene{
		Listen: "127.0.0.1:0", In: in, Out: &out, Begin: answers, Close: func() { closed = true },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
		Beside:  func(ctx context.Context) { <-ctx.Done() },
		Say: func(_ context.Context, line string) error {
			if line == "sai" {
				return errors.New("không hiểu")
			}
			seen <- "nghe: " + line
			return nil
		},
		Next: func(ctx context.Context) (string, error) {
			select {
			case text := <-seen:
				return text, nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		},
	}.Play(t.Context())
	if got := out.text.String(); err != nil || !closed || !strings.Contains(got, "nghe: một hai\n") || !strings.Contains(got, "! không hiểu\n") {
		t.Errorf("shown %q, closed %t, %v", got, closed, err)
	}
}

func TestPlayNeedsAnAddress(t *testing.T) {
	t.Parallel()
	if err := (standin.Scene{Listen: "256.0.0.1:0"}).Play(t.Context()); err == nil {
		t.Error("plays where nobody can reach it")
	}
}
