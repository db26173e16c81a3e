package redisstore_test

import (
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/trouble"
)

// A server that takes nothing says why; that is told until it takes something.
func TestTroublesWhileTheServerRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options     []redistest.Option
		refuse, end []any
		code        trouble.Code
	}{
		"full":        {nil, []any{"config", "set", "maxmemory", "1"}, []any{"config", "set", "maxmemory", "0"}, trouble.StoreFull},
		"no replicas": {nil, []any{"config", "set", "min-replicas-to-write", "1"}, []any{"config", "set", "min-replicas-to-write", "0"}, trouble.StoreReplicas},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Single(t, c.options...)
			s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
			if err := saveOnce(s, "1")(t.Context()); err != nil || len(s.Troubles()) != 0 {
				t.Fatalf("a save: %v, %v", err, s.Troubles())
			}
			tell := func(words []any) {
				t.Helper()
				client := server.Client(t)
				if err := client.Do(t.Context(), words...).Err(); err != nil {
					t.Fatal(err)
				}
			}
			tell(c.refuse)
			if err := saveOnce(s, "2")(t.Context()); err == nil {
				t.Fatal("the save was taken")
			}
			found := s.Troubles()
			if len(found) != 1 || found[0].Code != c.code || found[0].Where != server.Addr() {
				t.Errorf("got %+v", found)
			}
			tell(c.end)
			if err := saveOnce(s, "3")(t.Context()); err != nil || len(s.Troubles()) != 0 {
				t.Errorf("after the end: %v, %v", err, s.Troubles())
			}
		})
	}
}

func TestTroublesWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	server.Kill()
	_, _ = s.Save(t.Context(), record.Save{Chat: someone, Update: "1"})
	if found := s.Troubles(); len(found) != 1 || found[0].Code != trouble.StoreDown {
		t.Errorf("got %+v", found)
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Config("--maxmemory", "64mb"))
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	got, err := s.Standing(t.Context())
	if err != nil || !got.Known || got.Max != 64<<20 || got.Used == 0 || got.Used > got.Max || got.WriteFails || got.Offset.Abs() > 1e9 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got.OlderThan("7.0") || !got.OlderThan("100") || strings.Count(got.Version, ".") < 2 {
		t.Errorf("version %q", got.Version)
	}
	guest := redistest.Single(t, redistest.User("dialog", "secret",
		"~dt:*", "&dt:wake", "+@read", "+@write", "+@scripting", "+@connection", "+subscribe", "+publish", "+time", "-@dangerous"))
	s = mustOpen(t, guest.URL(), redisstore.Options{}.ForTests())
	if got, err := s.Standing(t.Context()); err != nil || got.Known {
		t.Errorf("of a server that does not tell: %+v, %v", got, err)
	}
}
