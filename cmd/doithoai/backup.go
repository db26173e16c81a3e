package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
)

func newBackup(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup TỆP",
		Short: "Chép kho lưu ra một tệp để dành, hoặc để dời đi",
		Long: `Chép kho lưu ra một tệp để dành, hoặc để dời đi. Dịch vụ đang chạy vẫn chạy.

Trong tệp có lời bà con: chỉ tài khoản này đọc được, giữ kín, cũ thì xóa.
Thêm --move khi dời sang máy khác hay sang kho khác: dừng dịch vụ trước; chép xong thì kho ở đây không dùng nữa.`,
		Example: "  doithoai backup de-danh.gz\n  doithoai backup doi-nha.gz --move",
		Args:    between(1, 1, "tên tệp sẽ ghi"),
	}
	force := cmd.Flags().Bool("force", false, "ghi đè lên tệp đã có")
	move := cmd.Flags().Bool("move", false, "đánh dấu kho ở đây là đã dời đi")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, io, func(ctx context.Context, o *app.Operation) error {
			if *move {
				return moveTo(ctx, cmd, o, args[0], *force)
			}
			n, err := o.Backup(ctx, args[0], *force, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Đã chép %d mục vào %s. Trong tệp có lời bà con: giữ kín, cũ thì xóa.\n", n, args[0])
			return nil
		})
	}
	return cmd
}

func moveTo(ctx context.Context, cmd *cobra.Command, o *app.Operation, name string, force bool) error {
	n, err := o.Move(ctx, name, force, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), `Đã chép %d mục vào %s. Kho ở đây đã đánh dấu là dời đi: «serve» không chạy với nó nữa.
Làm tiếp ở nơi mới:
  1. chép tệp này sang, giữ kín vì trong đó có lời bà con
  2. doithoai restore %s
  3. doithoai serve, rồi doithoai outbox để xem những tin chờ gửi lại
`, n, name, filepath.Base(name))
	return nil
}
