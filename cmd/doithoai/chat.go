package main

import (
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
)

func newChat(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "chat",
		Short: "Trò chuyện ngay trong cửa sổ dòng lệnh",
		Long: `Trò chuyện ngay trong cửa sổ dòng lệnh, đúng như trên trang web. Hết thì không lưu lại gì.

Đầu vào là tệp hay ống dẫn thì mỗi dòng là một tin, mỗi tin được trả lời một khúc.`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := loadConfig(cmd, io)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			log := slog.New(slog.NewTextHandler(io.err, &slog.HandlerOptions{Level: slog.LevelError}))
			return app.Chat(ctx, settings, io.in, io.out, log)
		},
	}
}
