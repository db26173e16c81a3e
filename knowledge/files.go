package knowledge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Limits of a base. One entry is about 3 KB; the largest base foreseen, 10,000
// entries with their questions, is about 40 MB.
const (
	maxQuestionsFile = 16 << 20
	maxFiles         = 50_000
	maxTotal         = 256 << 20
)

// snapshot is a base as bytes, read once: everything after it works on memory,
// so a folder that changes meanwhile cannot give half of two versions.
type snapshot struct {
	files    map[string][]byte
	names    []string // of files, sorted
	pictures map[string]picture
	faults   []Fault
	total    int
	models   []byte // see ModelsFile
}

func (s *snapshot) fault(name string, severity Severity, code, message, cure string) {
	s.faults = append(s.faults, Fault{File: name, Severity: severity, Code: code, Message: message, Cure: cure})
}

func (s *snapshot) digest() string {
	h := sha256.New()
	for _, name := range s.names {
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, len(s.files[name]))
		h.Write(s.files[name])
	}
	for _, name := range s.pictureNames() {
		p := s.pictures[name]
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, int64(len(p.data))+p.size)
		h.Write(p.data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fingerprint tells two states of a folder apart, also two broken ones.
func (s *snapshot) fingerprint() string {
	h := sha256.New()
	fmt.Fprintln(h, s.digest())
	for _, f := range s.faults {
		fmt.Fprintln(h, f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// takeSnapshot reads all files of a base.
func takeSnapshot(fsys fs.FS) *snapshot {
	s := &snapshot{files: map[string][]byte{}, pictures: map[string]picture{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			s.unreadable(name, err)
			return nil
		case name != "." && ignored(path.Base(name)):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		if len(s.files) >= maxFiles || s.total > maxTotal {
			s.fault(name, Error, "too-many", "Thư mục có quá nhiều tệp.", "Xem có chọn nhầm thư mục không.")
			return fs.SkipAll
		}
		s.add(fsys, name)
		return nil
	})
	if err != nil {
		s.fault(".", Error, "folder", "Không mở được thư mục kho kiến thức.", "Xem đường dẫn có đúng không và máy có quyền đọc không.")
	}
	slices.Sort(s.names)
	return s
}

// DraftsFolder is a folder that a base does not look into: what lies there waits
// for an editor to take it over.
const DraftsFolder = "ban_nhap"

// ignored names what systems and editors leave behind, drafts, and our own Go
// file.
func ignored(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~") || strings.HasPrefix(base, "#") || strings.HasSuffix(base, "~") ||
		slices.Contains([]string{"Thumbs.db", "desktop.ini", "__MACOSX", DraftsFolder}, base) ||
		slices.Contains([]string{".go", ".md", ".tmp", ".swp", ".bak", ".license"}, path.Ext(base))
}

func (s *snapshot) add(fsys fs.FS, name string) {
	limit := strictyaml.MaxSize
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml":
	case ".json":
		if name != CalibrationFile {
			s.skip(name)
			return
		}
	case ".jsonl":
		limit = maxQuestionsFile
	case ".bin":
		if name != ModelsFile {
			s.skip(name)
			return
		}
		// What is not readable here is learned again; nothing is at fault.
		if data, err := readFile(fsys, name, maxModelsFile); err == nil {
			s.models = data
		}
		return
	case ".png", ".jpg", ".jpeg", ".webp":
		s.addPicture(fsys, name)
		return
	case ".yml":
		s.fault(name, Error, "extension", "Đuôi tệp phải là .yaml, không phải .yml.", "Đổi tên tệp thành đuôi .yaml.")
		return
	default:
		if strings.Contains(strings.ToLower(path.Base(name)), ".yaml") {
			s.fault(name, Error, "extension", "Tên tệp có thêm đuôi sau .yaml nên không được đọc.",
				"Bỏ phần sau «.yaml» trong tên tệp (trong Windows bật «Hiện đuôi tệp» mới thấy).")
			return
		}
		s.skip(name)
		return
	}
	data, err := readFile(fsys, name, limit)
	var large tooLargeError
	switch {
	case errors.As(err, &large):
		s.fault(name, Error, "too-big", fmt.Sprintf("Tệp quá lớn (%d KB), chỉ nhận tệp đến %d KB.", int64(large)>>10, limit>>10),
			"Xem có chép nhầm hình hay cả tập văn bản vào không; tách bớt ra tệp khác.")
	case err != nil:
		s.unreadable(name, err)
	default:
		s.files[name] = data
		s.names = append(s.names, name)
		s.total += len(data)
	}
}

func (s *snapshot) skip(name string) {
	s.fault(name, Warning, "extension", "Tệp này không phải .yaml, chương trình bỏ qua.", "Nếu là nội dung thì chép vào tệp .yaml; nếu không thì chuyển đi chỗ khác.")
}

func (s *snapshot) unreadable(name string, err error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.fault(name, Error, "vanished", "Tệp bị xóa hoặc đổi tên trong lúc đang đọc.", "Đợi chép xong rồi kiểm tra lại.")
	case errors.Is(err, fs.ErrPermission):
		s.fault(name, Error, "unreadable", "Máy không có quyền đọc tệp này.", "Nhờ người quản trị cấp quyền đọc.")
	default:
		s.fault(name, Error, "unreadable", "Không đọc được tệp này.", "Xem tệp có đang mở ở chương trình khác hay ổ đĩa có lỗi không.")
	}
}

// tooLargeError is the size of a file that was not read.
type tooLargeError int64

func (tooLargeError) Error() string { return "file too large" }

// readFile reads a regular file, looking at its size first.
func readFile(fsys fs.FS, name string, limit int) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > int64(limit):
		return nil, tooLargeError(info.Size())
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit { // it grew since
		return nil, tooLargeError(len(data))
	}
	return data, err
}
