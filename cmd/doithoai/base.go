package main

import (
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// openKB finds the knowledge base a command works on: the folder that was
// named, else that of the settings, else the built-in one.
func openKB(cmd *cobra.Command, io streams, dir string) (fs.FS, *config.Config, error) {
	settings, err := loadConfig(cmd, io)
	if err != nil {
		return nil, nil, err
	}
	if dir == "" {
		dir = settings.Knowledge
	}
	if dir == "" {
		return quangngai.FS(), settings, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil, complain("Không mở được thư mục %s. Xem lại tên thư mục.", dir)
	}
	return os.DirFS(dir), settings, nil
}
