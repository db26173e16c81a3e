package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/record"
)

// endless is a store whose export ends only with its context.
type endless struct {
	control.Operator
	begun chan struct{}
}

func (e endless) Export(ctx context.Context, _ func(record.Item) error) error {
	close(e.begun)
	<-ctx.Done()
	return ctx.Err()
}

// A backup may take minutes; a server that is told to stop does not wait for it.
func TestStopEndsWhatOperatorsAskedFor(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := &App{log: slog.New(slog.NewTextHandler(&log, nil))}
	settings, store := &config.Config{Data: t.TempDir()}, endless{begun: make(chan struct{})}
	if err := a.openControl(t.Context(), settings.Data, store, a.log); err != nil {
		t.Fatal(err)
	}
	ran, ended := make(chan error, 1), make(chan error, 1)
	go func() { ran <- a.sites[0].run() }()
	client, err := Reach(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	go func() { ended <- client.Export(t.Context(), func(record.Item) error { return nil }) }()
	<-store.begun

	second := &App{log: a.log}
	if problem, ok := errors.AsType[*Problem](second.openControl(t.Context(), settings.Data, store, a.log)); !ok || len(second.sites) != 0 {
		t.Errorf("a second server on one folder: %v, want it refused", problem)
	}
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, control.ErrInterrupted) {
		t.Errorf("the backup ended with %v, want ErrInterrupted", err)
	}
	if _, err := Reach(t.Context(), settings); err == nil {
		t.Error("a server is still there")
	}
	if log.Len() > 0 {
		t.Errorf("logged %q", log.String())
	}
}

// Some folders cannot hold a socket: residents are answered all the same.
func TestServiceRunsWithoutItsSocket(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a, dir := &App{log: slog.New(slog.NewTextHandler(&log, nil))}, t.TempDir()
	if err := os.WriteFile(socketFile(dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.openControl(t.Context(), dir, endless{}, a.log); err != nil || len(a.sites) != 0 || log.Len() == 0 {
		t.Errorf("got %v, %d sites, log %q; want a warning and no more", err, len(a.sites), log.String())
	}
}
