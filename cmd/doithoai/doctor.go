package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
)

func newDoctor(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Xem máy này đã sẵn sàng chạy chưa",
		Args:  between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := loadConfig(cmd, io)
			if err != nil {
				return err
			}
			healthy := true
			for _, f := range app.Examine(cmd.Context(), settings) {
				mark := "được"
				if !f.OK {
					mark, healthy = "HỎNG", false
				}
				fmt.Fprintf(cmd.OutOrStdout(), "[%s] %s: %s\n", mark, f.Name, f.Text)
			}
			if !healthy {
				return errFound
			}
			return nil
		},
	}
}
