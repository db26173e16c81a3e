package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
)

// maxPicture is how large a picture may be, in bytes: the most that a Zalo
// account takes, and enough for a phone.
const maxPicture = 1 << 20

// picture is a picture as found in a folder.
type picture struct {
	data []byte
	size int64 // of one that is too large to be read; 0 otherwise
}

// addPicture reads a picture. Whether it can be shown matters only once an entry
// names it.
func (s *snapshot) addPicture(fsys fs.FS, name string) {
	data, err := readFile(fsys, name, maxPicture)
	var large tooLargeError
	switch {
	case errors.As(err, &large):
		s.pictures[name] = picture{size: int64(large)}
	case err != nil:
		s.unreadable(name, err)
	default:
		s.pictures[name] = picture{data: data}
		s.total += len(data)
	}
}

// pictureNames returns the names of all pictures, sorted.
func (s *snapshot) pictureNames() []string { return slices.Sorted(maps.Keys(s.pictures)) }

// picture finds what an entry names: beside the entry, or in the base's own folder.
func (s *snapshot) picture(e *entryDoc) (picture, bool) {
	for _, name := range []string{path.Join(path.Dir(e.File), e.Picture.File), e.Picture.File} {
		if p, ok := s.pictures[name]; ok {
			return p, true
		}
	}
	return picture{}, false
}

// isPicture reports whether data is of a kind that every channel shows.
func isPicture(data []byte) bool {
	_, notJPEG := jpeg.DecodeConfig(bytes.NewReader(data))
	_, notPNG := png.DecodeConfig(bytes.NewReader(data))
	return notJPEG == nil || notPNG == nil
}

// assemblePicture gives an entry the key of its picture, and the base the bytes.
func (d *draft) assemblePicture(b *Base, e *entryDoc) {
	if e.Picture.File == "" {
		return
	}
	p, ok := d.picture(e)
	if !ok || !isPicture(p.data) {
		return // the check tells why
	}
	sum := sha256.Sum256(p.data)
	e.Picture.Key = hex.EncodeToString(sum[:16])
	b.pictures[e.Picture.Key] = p.data
}

// checkPicture tells why the picture of an entry cannot be shown.
func (c *checker) checkPicture(e *entryDoc) {
	name := e.Picture.File
	if name == "" {
		return
	}
	at := e.At("hình")
	switch p, ok := c.d.picture(e); {
	case !ok:
		cure := "Chép hình vào cùng thư mục với tệp này, hoặc sửa tên."
		if near, found := keyfile.Nearest(name, c.picturesFor(e)); found {
			cure = fmt.Sprintf("Có phải ý là «%s»?", near)
		}
		c.err(e.File, at, "picture", fmt.Sprintf("Không thấy tệp hình «%s».", keyfile.Brief(name)), cure)
	case p.size > 0:
		c.err(e.File, at, "picture", fmt.Sprintf("Hình «%s» lớn quá (%d KB), chỉ nhận đến %d KB.", keyfile.Brief(name), p.size>>10, maxPicture>>10),
			"Thu nhỏ hình lại (rộng chừng 1200 điểm là đủ), lưu dạng .jpg.")
	case !isPicture(p.data):
		c.err(e.File, at, "picture", fmt.Sprintf("Tệp «%s» không phải hình .jpg hay .png, hoặc bị hỏng.", keyfile.Brief(name)),
			"Mở bằng chương trình xem hình rồi lưu lại dạng .jpg hoặc .png; chỉ đổi đuôi tên tệp thì không được.")
	}
}

// picturesFor returns what an entry could have meant: pictures beside it, by
// their names, and those in the base's own folder.
func (c *checker) picturesFor(e *entryDoc) []string {
	var names []string
	for _, name := range c.d.pictureNames() {
		if beside, ok := strings.CutPrefix(name, path.Dir(e.File)+"/"); ok {
			name = beside
		}
		names = append(names, name)
	}
	return names
}
