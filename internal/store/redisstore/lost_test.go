package redisstore_test

import (
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// lossy is a line to a server that can lose an answer: the server has done what
// it was told, and the connection breaks.
type lossy struct {
	listener net.Listener
	turn     atomic.Int64 // the answer that is lost, counted down
}

func newLossy(t *testing.T, to string) *lossy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &lossy{listener: listener}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(server, client)
				_ = server.Close()
			}()
			go l.answer(client, server)
		}
	}()
	return l
}

func (l *lossy) answer(client, server net.Conn) {
	defer func() { _, _ = client.Close(), server.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		if l.turn.Add(-1) == 0 {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// losing runs do; the n-th answer to it is lost.
func (l *lossy) losing(n int64, do func()) {
	l.turn.Store(n)
	do()
	l.turn.Store(0)
}

// P3: a step whose answer was lost is asked for again by itself, and the answer
// is as if it had not been: nothing doubled, and the lease not left to run out.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	line := newLossy(t, server.Addr())
	s := mustOpen(t, "redis://"+line.listener.Addr().String(), redisstore.Options{}.ForTests())
	warm(t, s)
	out := func(texts ...string) (os []record.Outgoing) {
		for _, text := range texts {
			os = append(os, record.Outgoing{Reply: bot.Reply{Text: text}})
		}
		return os
	}
	var l *record.Lease
	line.losing(1, func() {
		saved, err := s.Save(t.Context(), record.Save{Chat: someone, Revision: 1, Update: "1", Out: out("1", "2", "3"), Way: record.Way{Push: true, Lease: true}})
		if l = saved.Lease; err != nil || l == nil || l.Delivery.Reply.Text != "1" || saved.Revision != 2 {
			t.Fatalf("Save = %+v, %v, want the lease", saved, err)
		}
	})
	line.losing(1, func() {
		next, err := s.Settle(t.Context(), *l, record.Settlement{Result: record.Sent})
		if err != nil || next == nil || next.Delivery.Reply.Text != "2" {
			t.Fatalf("Settle = %+v, %v, want the lease of the second", next, err)
		}
		l = next
	})
	line.losing(1, func() {
		next, err := s.Settle(t.Context(), *l, record.Settlement{Result: record.Later})
		if err != nil || next != nil {
			t.Fatalf("Settle = %+v, %v, want none", next, err)
		}
	})
	line.losing(2, func() { // the first one tells what is due
		ls, err := s.Claim(t.Context(), "telegram/main", 9)
		if err != nil || len(ls) != 1 || ls[0].Delivery.Reply.Text != "2" || ls[0].Delivery.Attempts != 1 || ls[0].Delivery.Lapses != 0 {
			t.Fatalf("Claim = %+v, %v, want the second with one attempt", ls, err)
		}
	})
	ds, err := s.Pending(t.Context(), someone)
	var texts []string
	for _, d := range ds {
		texts = append(texts, d.Reply.Text)
	}
	if err != nil || !slices.Equal(texts, []string{"2", "3"}) {
		t.Errorf("Pending = %q, %v", texts, err)
	}
}

// warm brings the scripts to the server, each of which costs a trip more the
// first time.
func warm(t *testing.T, s *redisstore.Store) {
	t.Helper()
	for name, do := range operations(s) {
		if err := do(t.Context()); name == "Save" && err != nil {
			t.Fatal(err)
		}
	}
	other := record.Save{Chat: bot.ChatID{Channel: "telegram", Bot: "warm"}, Update: "1", Out: []record.Outgoing{{}}, Way: record.Way{Push: true}}
	if _, err := s.Save(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claim(t.Context(), "telegram/warm", 1); err != nil {
		t.Fatal(err)
	}
}
