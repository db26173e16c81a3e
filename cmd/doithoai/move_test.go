package main

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// A store moves from its file into Redis and back: the conversation goes on
// with the same names, what was taken stays taken, what waited is held, and
// both places it left refuse to be served from.
func TestMoveBetweenEngines(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	from, back, dir := stuck(t), filepath.Join(t.TempDir(), "data"), t.TempDir()
	one, two := filepath.Join(dir, "one.gz"), filepath.Join(dir, "two.gz")
	inRedis := []string{"DOITHOAI_REDIS=" + server.URL(), "DOITHOAI_DATA=" + filepath.Join(dir, "data")}
	var key []byte
	inStore(t, from, func(s *boltstore.Store) {
		say(t, s, alice, "4", reply("Dạ, đang chờ.", record.PriorityReply))
		key = s.Key("test")
	})
	for _, step := range []struct {
		environ []string
		args    []string
		tells   string
	}{
		{in(from), []string{"backup", "--move", one}, "Kho ở đây đã đánh dấu là dời đi"},
		{inRedis, []string{"restore", one}, "2   cuộc trò chuyện"},
		{inRedis, []string{"outbox"}, "restored"},
		{inRedis, []string{"backup", "--move", two}, "Kho ở đây đã đánh dấu là dời đi"},
		{in(back), []string{"restore", two}, "2   cuộc trò chuyện"},
		{in(back), []string{"outbox", "retry", "--all", "--reason", "restored"}, "Đã xếp 1 tin để gửi lại."},
	} {
		got := command(t, "", step.environ, step.args...)
		if got.code != 0 {
			t.Fatalf("%v: %+v", step.args, got)
		}
		holds(t, got.out, step.tells)
	}
	inStore(t, back, func(s *boltstore.Store) {
		c, err := s.Load(t.Context(), alice)
		if err != nil || c.Revision != 3 || string(s.Key("test")) != string(key) {
			t.Errorf("chat %+v, %v, same key %v", c, err, string(s.Key("test")) == string(key))
		}
		if got := waiting(t, s, alice); len(got) != 1 || got[0] != "Dạ, đang chờ." {
			t.Errorf("waiting: %q", got)
		}
		again, err := s.Save(t.Context(), record.Save{Chat: alice, Revision: c.Revision, Update: "4"})
		if err != nil || again.Outcome != record.Duplicate {
			t.Errorf("an update taken before the moves: %+v, %v", again, err)
		}
	})
	for _, environ := range [][]string{in(from), inRedis} {
		got := command(t, "", append(environ, "DOITHOAI_LISTEN=127.0.0.1:0"), "serve")
		if got.code != 1 {
			t.Errorf("serving from where it left: %+v", got)
		}
		holds(t, got.err, "đã dời đi")
	}
}

// A move that cannot be written leaves the shared store in service.
func TestAMoveThatFails(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	environ := []string{"DOITHOAI_REDIS=" + server.URL(), "DOITHOAI_DATA=" + t.TempDir()}
	s, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := command(t, "", environ, "backup", "--move", filepath.Join(t.TempDir(), "nowhere", "x.gz")); got.code != 1 {
		t.Errorf("%+v", got)
	}
	if saved, err := s.Save(t.Context(), record.Save{Chat: alice, Update: "1"}); err != nil || saved.Outcome != record.Done {
		t.Errorf("Save after a move that failed = %+v, %v", saved, err)
	}
	if got := command(t, "", environ, "backup", "--move", filepath.Join(t.TempDir(), "x.gz")); got.code != 0 {
		t.Errorf("%+v", got)
	}
	var moved *exchange.MovedError
	if _, err := s.Save(t.Context(), record.Save{Chat: alice, Revision: 1, Update: "2"}); !errors.As(err, &moved) {
		t.Errorf("Save after a move = %v", err)
	}
}
