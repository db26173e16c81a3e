package main

import (
	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/config"
)

func newConfig(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Xem các thiết đặt",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "show",
		Short: "Mọi thiết đặt đang có hiệu lực và lấy từ đâu; bí mật được che",
		Long: `Mọi thiết đặt đang có hiệu lực và lấy từ đâu; bí mật được che.

Khóa có dấu * đổi được khi dịch vụ đang chạy: sửa xong thì gửi SIGHUP (systemctl reload doithoai, hoặc kill -HUP).
Khóa khác phải khởi động lại dịch vụ.`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := loadConfig(cmd, io)
			if err != nil {
				return err
			}
			columns(cmd.OutOrStdout(), func(row func(...string)) {
				for _, v := range settings.Values() {
					mark := ""
					if v.Live {
						mark = "*"
					}
					row(v.Key+mark, v.Text, "("+v.Origin+")")
				}
			})
			return nil
		},
	})
	return cmd
}

// loadConfig reads the settings a command runs with.
func loadConfig(cmd *cobra.Command, io streams) (*config.Config, error) {
	name, err := cmd.Flags().GetString("config")
	if err != nil {
		return nil, err
	}
	return config.Load(name, io.environ)
}
