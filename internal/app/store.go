package app

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// store is the embedded store with the folder it lives in.
type store struct {
	*boltstore.Store
	dir   string
	fresh bool // there was none before
}

// keyFile holds the key of the web chat's sessions.
func (s *store) keyFile() string { return filepath.Join(s.dir, "web.key") }

// openStore opens the store in the data folder, both made if absent.
func openStore(dir string, log *slog.Logger) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, dataProblem(dir, err)
	}
	name := filepath.Join(dir, "doithoai.db")
	_, err := os.Stat(name)
	fresh := errors.Is(err, fs.ErrNotExist)
	opened, err := boltstore.Open(name, boltstore.Options{Log: log})
	if err != nil {
		return nil, storeProblem(dir, name, err)
	}
	return &store{opened, dir, fresh}, nil
}

func storeProblem(dir, name string, err error) error {
	if _, ok := errors.AsType[*boltstore.InUseError](err); ok {
		return &Problem{
			What: "Kho lưu " + name + " đang được một chương trình khác mở",
			Cure: "Có lẽ Đối Thoại đã chạy sẵn: dùng chương trình đó, hoặc tắt nó đi; muốn chạy hai cái thì đặt data thành hai thư mục khác nhau",
		}
	}
	if damaged, ok := errors.AsType[*boltstore.DamagedError](err); ok {
		return &Problem{
			What: "Kho lưu " + name + " bị hỏng",
			Cure: "Xem ổ đĩa; chép lại bản để dành, hoặc dời tệp này đi chỗ khác để bắt đầu kho mới (các cuộc trò chuyện đang dở sẽ mất)",
			Err:  damaged.Err,
		}
	}
	if format, ok := errors.AsType[*boltstore.FormatError](err); ok {
		return &Problem{
			What: fmt.Sprintf("Kho lưu %s do bản mới hơn ghi (khuôn %d, bản này đọc đến %d)", name, format.Have, format.Want),
			Cure: "Chạy lại bản mới hơn của chương trình",
		}
	}
	return dataProblem(dir, err)
}

func dataProblem(dir string, err error) error {
	return &Problem{
		What: "Không đọc ghi được thư mục lưu " + dir,
		Cure: "Cho tài khoản chạy chương trình quyền ghi vào đó, hoặc đặt data (biến DOITHOAI_DATA) thành thư mục khác",
		Err:  err,
	}
}
