package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/record"
)

func newRestore(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "restore TỆP",
		Short: "Đưa một bản chép vào kho lưu còn trống",
		Long: `Đưa một bản chép (doithoai backup) vào kho lưu còn trống của thiết đặt này. Dừng dịch vụ trước.

Cả tệp được kiểm trước khi ghi. Tin chưa gửi lúc chép được giữ lại, không tự gửi, vì có thể đã gửi rồi: xem bằng «doithoai outbox».`,
		Args: between(1, 1, "tên tệp bản chép"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
				restored, err := app.Restore(ctx, settings, args[0], log)
				if err != nil {
					return err
				}
				tellRestored(cmd, settings, restored)
				return nil
			})
		},
	}
}

func tellRestored(cmd *cobra.Command, settings *config.Config, r app.Restored) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "Đã phục hồi bản chép lúc %s:\n", r.At.In(settings.Timezone).Format("15:04 ngày 02/01/2006"))
	columns(out, func(row func(...string)) {
		for _, kind := range [...]struct {
			kind record.ItemKind
			name string
		}{
			{record.ItemChat, "cuộc trò chuyện"},
			{record.ItemCase, "việc đã gửi cán bộ"},
			{record.ItemDelivery, "tin chưa gửi"},
			{record.ItemLetter, "tin chuyển giữa hai cuộc trò chuyện"},
			{record.ItemDead, "tin không gửi được từ trước"},
			{record.ItemRef, "mối nối với tin đã gửi"},
			{record.ItemWindow, "lần nhắn gần nhất trên kênh có giới hạn"},
			{record.ItemCount, "con số thống kê"},
			{record.ItemOfficers, "danh sách cán bộ đã đăng ký"},
		} {
			if n := r.Items[kind.kind]; n > 0 {
				row(fmt.Sprint(n), kind.name)
			}
		}
	})
	if n := r.Held(); n > 0 {
		fmt.Fprintf(out, `%d tin chưa gửi được giữ lại, vì có thể đã gửi sau lúc chép:
  xem       doithoai outbox
  gửi lại   doithoai outbox retry --all --reason %s
  bỏ đi     doithoai outbox drop --all --reason %s
`, n, record.ReasonRestored, record.ReasonRestored)
	}
	fmt.Fprintln(out, "Giờ chạy được: doithoai serve")
}
