package main

import (
	"context"
	"fmt"
	"net"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
)

func newServe(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Chạy dịch vụ: khung trò chuyện trên trang web",
		Long: `Chạy dịch vụ: khung trò chuyện trên trang web.

Không cần thiết đặt gì: mở http://127.0.0.1:8080, các cuộc trò chuyện được lưu trong thư mục data.
Bấm Ctrl+C để dừng; tin đã nhận không mất. Sửa thiết đặt xong thì gửi SIGHUP (kill -HUP): những khóa có dấu * ở
«doithoai config show» đổi ngay, kho kiến thức và tệp cán bộ được đọc lại; có lỗi thì không đổi gì.`,
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

			again, deaf := hangups()
			defer deaf()

			log := app.NewLog(cmd.ErrOrStderr(), settings.Log)
			a, err := app.New(ctx, settings, version, log.Logger(), app.Options{Log: log})
			if err != nil {
				if ctx.Err() != nil {
					return nil //nolint:nilerr // somebody stopped it before it had begun
				}
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Mở %s để trò chuyện. Bấm Ctrl+C để dừng.\n", pageURL(a.Addr()))
			var reloading sync.WaitGroup
			defer reloading.Wait()
			ctx, end := context.WithCancel(ctx)
			defer end()
			reloading.Go(func() {
				for {
					select {
					case <-ctx.Done():
						return
					case <-again:
						a.Reload(func() (*config.Config, error) { return loadConfig(cmd, io) })
					}
				}
			})
			return a.Run(ctx)
		},
	}
}

// pageURL is what an operator on this machine types into the browser.
func pageURL(addr net.Addr) string { return listenURL(addr.String()) }
