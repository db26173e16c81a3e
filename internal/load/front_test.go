package load_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// front is the whole program with one official account, and Zalo before it.
type front struct {
	zalo   *oafake.Server
	people []*oafake.Person

	mu       sync.Mutex
	next     int
	accepted map[string]bool // by text
}

// perPerson is between two messages of one person: nobody is taken for a flood.
const perPerson = 3 * time.Second

// openFront starts the program over a Redis.
func openFront(b *testing.B, server *redistest.Server) *front {
	b.Helper()
	// More than the rate asks for, so that nothing waits for its turn to be sent.
	perMinute := 100 * *oaRate
	zalo := oafake.New(oafake.Options{PerMinute: perMinute, Client: caller()})
	api := httptest.NewServer(zalo)
	b.Cleanup(func() { zalo.Close(); api.Close() })
	o := zalo.Options()
	access, refresh := zalo.Tokens()
	base, err := filepath.Abs("../../knowledge/testdata/sample") // small: another engine decides
	if err != nil {
		b.Fatal(err)
	}
	settings, err := config.Load("", []string{
		"DOITHOAI_LISTEN=127.0.0.1:0", "DOITHOAI_DATA=" + b.TempDir(), "DOITHOAI_KNOWLEDGE=" + base, "DOITHOAI_REDIS=" + server.URL(),
		"DOITHOAI_ZALO_OA_APP_ID=" + o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + o.AppSecret, "DOITHOAI_ZALO_OA_OA_SECRET=" + o.OASecret,
		"DOITHOAI_ZALO_OA_ACCESS_TOKEN=" + access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN=" + refresh,
		"DOITHOAI_ZALO_OA_API=" + api.URL, "DOITHOAI_ZALO_OA_OAUTH=" + api.URL, "DOITHOAI_ZALO_OA_PER_MINUTE=" + strconv.Itoa(perMinute),
	})
	if err != nil {
		b.Fatal(err)
	}
	zalo.SetWebhook(runApp(b, settings) + "/hooks/zalo-oa")
	f := &front{zalo: zalo, accepted: map[string]bool{}}
	for range *oaRate * int(perPerson/time.Second) {
		f.people = append(f.people, zalo.Person())
	}
	return f
}

// runApp runs the program until the benchmark ends and returns its address.
func runApp(b *testing.B, settings *config.Config) string {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.New(ctx, settings, "load", quiet(), app.Options{Decider: exchange.Talking(asking{newEngine(b)})})
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Errorf("run: %v", err)
		}
	})
	return "http://" + a.Addr().String()
}

// event lets the next person write, and reports whether Zalo got its 200.
func (f *front) event(ctx context.Context) bool {
	f.mu.Lock()
	n := f.next
	f.next++
	f.mu.Unlock()
	text := "tin-" + strconv.Itoa(n)
	status, err := f.people[n%len(f.people)].Call(ctx, text)
	if err != nil || status != http.StatusOK {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accepted[text] = true
	return true
}

// ending is what came of the messages.
type ending struct {
	accepted int
	lost     int // accepted and not answered
	twice    int // answered more than once
}

// settle waits until all that was accepted is answered, or nothing has been for
// long enough.
func (f *front) settle(b *testing.B) ending {
	b.Helper()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	last, since := f.count(), time.Now()
	for last.lost > 0 && time.Since(since) < oaPatience {
		<-look.C
		if now := f.count(); now.lost < last.lost {
			last, since = now, time.Now()
		}
	}
	return f.count()
}

func (f *front) count() ending {
	answers := map[string]int{}
	for _, p := range f.people {
		for _, m := range p.Seen() {
			if id, _, ok := strings.Cut(m.Text, " "); ok {
				answers[id]++
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	end := ending{accepted: len(f.accepted)}
	for id := range f.accepted {
		switch n := answers[id]; {
		case n == 0:
			end.lost++
		case n > 1:
			end.twice++
		}
	}
	return end
}
