package boltstore

import (
	"errors"
	"syscall"
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
)

// noRoomLasts is how long a disk counts as full if nothing is written after it:
// where somebody tries, it is renewed or over sooner.
const noRoomLasts = time.Minute

// Troubles returns what is wrong with the store, nothing if all is well: a disk
// without room, as the last commit found it.
func (s *Store) Troubles() []trouble.Trouble {
	if at := s.noRoom.Load(); at == 0 || time.Since(time.Unix(at, 0)) > noRoomLasts {
		return nil
	}
	return []trouble.Trouble{trouble.New(trouble.StoreFull, s.path).With("Đĩa của kho lưu đã đầy, không lưu được tin.",
		"Dọn đĩa chứa thư mục data ngay; có chỗ thì chương trình tự lưu lại.")}
}

// noteRoom notes whether a commit that ended with err found room.
func (s *Store) noteRoom(err error) {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		s.noRoom.Store(time.Now().Unix())
		return
	}
	s.noRoom.Store(0)
}
