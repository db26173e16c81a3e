package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/spool"
)

func newSpool(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "spool",
		Short: "Những tin đến lúc kho lưu không trả lời",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "replay TỆP",
		Short: "Đưa những tin trong một tệp tạm cho dịch vụ đang chạy",
		Long: `Đưa những tin trong một tệp tạm cho dịch vụ đang chạy, như thể vừa đến.

Dịch vụ tự làm việc này khi kho lưu trả lời lại. Lệnh này để cứu tệp của máy đã hỏng, tệp hỏng (.damaged) hay tin đã để riêng.
Tệp được giữ nguyên; gõ lại lệnh cũng không ai bị trả lời hai lần.`,
		Example: "  doithoai spool replay /mnt/may-cu/spool/00000007.spool",
		Args:    between(1, 1, "tên tệp tạm"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, _ *slog.Logger) error {
				server, err := app.Reach(ctx, settings)
				if err != nil {
					return err
				}
				defer server.Close()
				return replay(ctx, cmd, server, args[0])
			})
		},
	})
	return cmd
}

// replay hands every message of the file to intake. One that is refused keeps
// none of the others from being taken.
func replay(ctx context.Context, cmd *cobra.Command, intake control.Intake, name string) error {
	taken, refused := 0, 0
	err := spool.ReadFile(name, func(m bot.Message) error {
		err := intake.Handle(ctx, m)
		switch {
		case err == nil:
			taken++
		case ctx.Err() != nil || endsReplay(err):
			return errors.Join(ctx.Err(), err)
		default:
			refused++
			fmt.Fprintf(cmd.ErrOrStderr(), "Tin thứ %d không nhận được: %v.\n", taken+refused, err)
		}
		return nil
	})
	fmt.Fprintf(cmd.OutOrStdout(), "Dịch vụ đã nhận %d tin.\n", taken)
	damaged, isDamaged := errors.AsType[*spool.DamagedError](err)
	switch {
	case isDamaged:
		return complain("Tệp %s có %d chỗ không đọc được, những tin ở đó không cứu được.", name, damaged.Parts)
	case err != nil && taken+refused == 0 && !endsReplay(err) && ctx.Err() == nil:
		return complain("Không đọc được tệp %s: %v.", name, err)
	case err != nil:
		return err
	case refused > 0:
		return complain("%d tin không nhận được; xem nhật ký của dịch vụ rồi gõ lại lệnh.", refused)
	}
	return nil
}

// endsReplay tells an error that the next message would meet too.
func endsReplay(err error) bool {
	return slices.ContainsFunc([]error{
		control.ErrInterrupted, control.ErrNotRunning, control.ErrSilent, control.ErrUnsupported,
		exchange.ErrUnavailable, exchange.ErrClosed, context.DeadlineExceeded,
	}, func(end error) bool { return errors.Is(err, end) })
}
