package boltstore

import (
	"errors"
	"syscall"

	"github.com/doithoai/doithoai/internal/trouble"
)

// Troubles returns what is wrong with the store, nothing if all is well: a disk
// without room, as the last commit found it.
func (s *Store) Troubles() []trouble.Trouble {
	if !s.noRoom.Load() {
		return nil
	}
	return []trouble.Trouble{trouble.New(trouble.StoreFull, s.path).With("Đĩa của kho lưu đã đầy, không lưu được tin.", "Dọn đĩa chứa thư mục data ngay; có chỗ thì chương trình tự lưu lại.")}
}

// isFull reports whether a disk had no room.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
