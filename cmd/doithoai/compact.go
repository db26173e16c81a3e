package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
)

func newCompact(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "compact",
		Short: "Thu gọn tệp kho lưu, xóa hẳn dấu vết của những gì đã xóa",
		Long: `Thu gọn tệp kho lưu. Chỗ của những gì đã xóa còn nguyên trong tệp cho đến khi được dùng lại hoặc thu gọn.

Dịch vụ đang chạy vẫn chạy; tin đến trong lúc thu gọn chờ một lát.`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd, io, func(ctx context.Context, o *app.Operation) error {
				before, after, err := o.Compact(ctx)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Đã thu gọn kho lưu: từ %s còn %s.\n", bytesIn(before), bytesIn(after))
				return nil
			})
		},
	}
}
