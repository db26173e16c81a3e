package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
)

func newServe(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Chạy dịch vụ: khung trò chuyện trên trang web",
		Long: `Chạy dịch vụ: khung trò chuyện trên trang web.

Không cần thiết đặt gì: mở http://127.0.0.1:8080, các cuộc trò chuyện được lưu trong thư mục data.
Bấm Ctrl+C để dừng; tin đã nhận không mất.`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := loadConfig(cmd, io)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			// A second signal ends the program at once.
			context.AfterFunc(ctx, stop)

			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			a, err := app.New(ctx, settings, version, log, app.Options{})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Mở %s để trò chuyện. Bấm Ctrl+C để dừng.\n", pageURL(a.Addr()))
			return a.Run(ctx)
		},
	}
}

// pageURL is what an operator on this machine types into the browser.
func pageURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
