package main

import (
	"testing"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// An upgrade as the operator sees it: a server of the version before and a new one,
// then only new ones, then raised.
func TestStoreIsRaisedByCommand(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	redis := "DOITHOAI_REDIS=" + server.URL()
	open := func(version string, newest record.Format) *redisstore.Store {
		t.Helper()
		s, err := redisstore.Open(t.Context(), server.URL(), redisstore.Options{Version: version, Newest: newest})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	closed := func(s *redisstore.Store) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	old := open("v1.0", record.Newest-1)
	fresh := open("v1.1", record.Newest)
	defer closed(fresh)

	got := command(t, "", []string{redis}, "store", "status")
	holds(t, got.out, "ghi theo khuôn 2", "bản v1.0", "đọc đến khuôn 2", "bản v1.1", "đọc đến khuôn 3", "Còn 1 chương trình")
	if got = command(t, "", []string{redis}, "store", "raise", "--yes"); got.code == 0 {
		t.Errorf("raised over an old one: %+v", got)
	}
	holds(t, got.err, "Còn 1 chương trình", "v1.0")

	closed(old)
	got = command(t, "", []string{redis}, "store", "status")
	holds(t, got.out, "kho tự nâng lúc", "doithoai store raise")
	if got = command(t, "", []string{redis}, "store", "raise"); got.code == 0 {
		t.Errorf("raised without --yes: %+v", got)
	}
	holds(t, got.err, "doithoai backup", "--yes")
	if got = command(t, "", []string{redis}, "store", "raise", "--yes"); got.code != 0 {
		t.Errorf("%+v", got)
	}
	holds(t, got.out, "từ khuôn 2 lên khuôn 3")
	got = command(t, "", []string{redis}, "store", "raise", "--yes")
	holds(t, got.out, "đã ở khuôn 3")
	got = command(t, "", []string{redis}, "store", "status")
	holds(t, got.out, "ghi theo khuôn 3", "Không có gì phải làm")
}

func TestAStoreInAFileNeedsNoCommand(t *testing.T) {
	t.Parallel()
	got := command(t, "", in(t.TempDir()), "store", "status")
	if got.code == 0 {
		t.Errorf("%+v", got)
	}
	holds(t, got.err, "tự nâng", "doithoai backup")
}
