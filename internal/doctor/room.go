package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/doithoai/doithoai/internal/disk"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Below lowRoom somebody should make room, below leastRoom at once: the spool
// alone may take a quarter of a gigabyte, pictures two.
const (
	lowRoom   = 1 << 30
	leastRoom = 200 << 20
)

// Room looks at how much room is where things are written, by what they are.
// Things on one disk are told together.
func Room(folders ...Folder) Check {
	return func(context.Context) []trouble.Finding {
		var out []trouble.Finding
		told := map[disk.Space]bool{}
		for _, f := range folders {
			s, err := disk.Of(existing(f.Path))
			switch {
			case errors.Is(err, disk.ErrUnknown):
				return []trouble.Finding{trouble.Well("disk", "Đĩa", "không hỏi được chỗ trống trên hệ này")}
			case err != nil:
				out = append(out, trouble.Found("disk", "Đĩa của "+f.Name, trouble.FolderBroken, "không hỏi được chỗ trống ở "+f.Path, ""))
			case !told[s]:
				told[s] = true
				out = append(out, judgeRoom(f, s.Free))
			}
		}
		return out
	}
}

// Folder is a folder of the settings, and what it is for.
type Folder struct{ Name, Path string }

func judgeRoom(f Folder, free uint64) trouble.Finding {
	name, text := "Đĩa của "+f.Name, "còn "+Bytes(free)+" ở "+f.Path
	switch {
	case free < leastRoom:
		return trouble.Found("disk", name, trouble.DiskFull, "chỉ "+text, "")
	case free < lowRoom:
		return trouble.Found("disk", name, trouble.DiskLow, "chỉ "+text, "")
	}
	return trouble.Well("disk", name, text)
}

// existing is the folder, or the nearest above that is there.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return dir
		}
		dir = above
	}
}

// Bytes says a size as one reads it: «12,3 MB».
func Bytes(n uint64) string {
	if n < 1000 {
		return fmt.Sprintf("%d byte", n)
	}
	value, unit := float64(n)/1000, "kB"
	for _, larger := range [...]string{"MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}
	return strings.Replace(fmt.Sprintf("%.1f %s", value, unit), ".", ",", 1)
}
