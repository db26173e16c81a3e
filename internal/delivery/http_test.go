package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// pipes is a listener whose connections live inside a bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.done) }); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// post is a small channel: one request a message, with a token in the path.
type post struct{ client *http.Client }

const secretToken = "secret-id-token"

type wire struct {
	Chat string
	Seq  uint64
}

func (s post) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	body, err := json.Marshal(wire{d.Chat.Chat, d.Seq})
	if err != nil {
		return delivery.Progress{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://provider/bot"+secretToken+"/send", strings.NewReader(string(body)))
	if err != nil {
		return delivery.Progress{}, err
	}
	answer, err := s.client.Do(req)
	if err != nil {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Uncertain, Reason: "no-answer", Err: errors.New("no answer")}
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return delivery.Progress{Provider: answer.Header.Get("Id")}, nil
	case http.StatusTooManyRequests:
		after, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, After: time.Duration(after) * time.Second}
	case http.StatusForbidden:
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "blocked"}
	default:
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Retry, Err: fmt.Errorf("status %d", answer.StatusCode)}
	}
}

// moody is a provider's server with a fault for most messages.
type moody struct {
	mu    sync.Mutex
	tries map[wire]int
	took  map[string][]uint64
	done  chan struct{} // ends requests that hang
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in wire
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	m.tries[in]++
	first := m.tries[in] == 1
	fault := in.Seq % 8
	took := !first || fault == 0 || fault == 4 || fault == 5 || fault == 7
	if took && fault != 6 {
		m.took[in.Chat] = append(m.took[in.Chat], in.Seq)
	}
	m.mu.Unlock()
	switch {
	case fault == 6:
		w.WriteHeader(http.StatusForbidden)
	case !first || took && fault != 4 && fault != 5:
		w.Header().Set("Id", fmt.Sprint(in.Chat, in.Seq))
	case fault == 1:
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
	case fault == 2:
		w.WriteHeader(http.StatusBadGateway)
	case fault == 3: // cut off, not taken
		panic(http.ErrAbortHandler)
	case fault == 4: // taken, and cut off
		panic(http.ErrAbortHandler)
	case fault == 5: // taken, and no answer
		select {
		case <-r.Context().Done():
		case <-m.done:
		}
	}
}

// With real requests and every fault a provider has, each chat gets everything
// in order, and twice only what was taken without an answer.
func TestAProviderWithEveryFault(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		const chats, each = 10, 24
		provider := &moody{tries: map[wire]int{}, took: map[string][]uint64{}, done: make(chan struct{})}
		server := httptest.NewUnstartedServer(provider)
		line := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		_ = server.Listener.Close()
		server.Listener = line
		server.Start()
		transport := &http.Transport{DialContext: line.dial}
		p := b.push(delivery.LaneConfig{
			Sender: post{&http.Client{Transport: transport}},
			Rate:   record.Pace{Every: 100 * time.Millisecond, Burst: 5},
		}, delivery.Options{})
		stop := b.start(p)
		for range each {
			for i := range chats {
				b.queue(p, resident(i), 1)
			}
		}
		time.Sleep(time.Hour)
		b.halt(stop)
		close(provider.done)
		transport.CloseIdleConnections()
		server.Close()
		var want []uint64
		var blocked int
		for _, seq := range upTo(each) {
			switch seq % 8 {
			case 6:
				blocked++
			case 4, 5:
				want = append(want, seq, seq)
			default:
				want = append(want, seq)
			}
		}
		for i := range chats {
			if got := provider.took[resident(i).Chat]; !slices.Equal(got, want) {
				t.Errorf("chat %d got %v, want %v", i, got, want)
			}
		}
		if dead := b.dead(); len(dead) != chats*blocked || !slices.Equal(slices.Compact(dead), []string{"blocked"}) {
			t.Errorf("dead letters: %q, want %d", dead, chats*blocked)
		}
	})
}
