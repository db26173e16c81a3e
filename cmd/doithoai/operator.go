package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
)

// withSettings runs what an operator's command does, until it is done or he
// stops it, and tells in his language what went wrong.
func withSettings(cmd *cobra.Command, io streams, do func(ctx context.Context, settings *config.Config, log *slog.Logger) error) error {
	settings, err := loadConfig(cmd, io)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(io.err, &slog.HandlerOptions{Level: slog.LevelError}))
	if err := do(ctx, settings, log); err != nil {
		return app.Explain(err)
	}
	return nil
}

// withStore is withSettings for a command that needs the store there is.
func withStore(cmd *cobra.Command, io streams, do func(ctx context.Context, o *app.Operation) error) error {
	return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
		o, err := app.Operate(ctx, settings, log)
		if err != nil {
			return err
		}
		return errors.Join(do(ctx, o), o.Close())
	})
}

// ago says how long something is past, in the largest unit that fits.
func ago(d time.Duration) string {
	for _, unit := range [...]struct {
		name string
		size time.Duration
	}{{"ngày", 24 * time.Hour}, {"giờ", time.Hour}, {"phút", time.Minute}} {
		if n := d / unit.size; n > 0 {
			return fmt.Sprintf("%d %s trước", n, unit.name)
		}
	}
	return "vừa xong"
}

// bytesIn says a size as one reads it: «12,3 MB».
func bytesIn(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d byte", n)
	}
	value, unit := float64(n)/1000, "kB"
	for _, larger := range [...]string{"MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}
	return strings.Replace(fmt.Sprintf("%.1f %s", value, unit), ".", ",", 1)
}
