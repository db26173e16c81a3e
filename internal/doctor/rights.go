package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/doithoai/doithoai/internal/trouble"
)

// Rights looks at who else on this machine may read the files that secrets
// were read from, and enter the data folder. Windows keeps that elsewhere.
func Rights(secretFiles []string, data string) Check {
	return func(context.Context) []trouble.Finding {
		if runtime.GOOS == "windows" {
			return nil
		}
		var out []trouble.Finding
		for _, name := range secretFiles {
			if mode, err := modeOf(name); err == nil && mode&0o004 != 0 {
				out = append(out, trouble.Found("settings", "Tệp bí mật", trouble.SettingsExposed,
					fmt.Sprintf("%s có bí mật mà tài khoản nào trên máy cũng đọc được", name), "Chạy chmod 640 "+name))
			}
		}
		mode, err := modeOf(data)
		switch {
		case errors.Is(err, fs.ErrNotExist): // the first start makes it as it should be
		case err != nil:
			out = append(out, trouble.Found("settings", "Thư mục data", trouble.FolderBroken, "không xem được "+data, ""))
		case mode&0o007 != 0:
			out = append(out, trouble.Found("settings", "Thư mục data", trouble.FolderExposed,
				data+" mở cho mọi tài khoản trên máy", "Chạy chmod 700 "+data))
		}
		if len(out) == 0 {
			out = append(out, trouble.Well("settings", "Quyền đọc", "bí mật và dữ liệu chỉ tài khoản của chương trình đọc được"))
		}
		return out
	}
}

func modeOf(name string) (fs.FileMode, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// Writable reports whether something can be written where a folder is or will
// be made; it leaves nothing behind.
func Writable(dir string) error {
	file, err := os.CreateTemp(existing(dir), ".doithoai-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(filepath.Clean(file.Name())))
}
