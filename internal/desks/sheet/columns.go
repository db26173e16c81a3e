package sheet

import (
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// column is what a column of the sheet of officers holds.
type column int

const (
	colPlace column = iota
	colTopic
	colUnit
	colOfficer
	colName
	colChat
	colInvited
	colAbsent
	colTerm
	colRoom
	colHead
	colHours
	colConfidential
	colUrgent
	colOutside
	columns // how many there are
)

// heading is how a column is called and what goes into it.
type heading struct {
	column column
	names  []string
	needed bool
	about  string
}

// headings lists the columns in the order of the template. Names are compared
// folded; the first one stands in the template.
func headings() []heading {
	return []heading{
		{colPlace, []string{"xã/phường", "xã", "phường", "địa bàn"}, true, "Tên hay mã một xã, phường, đặc khu; mọi nơi thì ghi «tất cả»."},
		{colTopic, []string{"chủ đề", "lĩnh vực"}, true, "Tên hay mã một chủ đề; mọi chủ đề thì ghi «tất cả»."},
		{colUnit, []string{"bộ phận", "đơn vị"}, true, "Tên bộ phận, bà con đọc tên này."},
		{colOfficer, []string{"cán bộ", "mã cán bộ"}, true, "Mã ngắn không dấu (lan) hoặc họ tên. Một người viết giống nhau ở mọi dòng."},
		{colName, []string{"tên", "họ tên", "họ và tên", "tên cán bộ"}, false, "Tên bà con đọc, ví dụ Chị Lan. Ghi một lần là đủ."},
		{colChat, []string{"chat", "tài khoản"}, false, "telegram:777, zalo-oa:123456 hoặc zalo-bot:abc. Chưa biết thì để trống và ghi «có» ở cột Mời."},
		{colInvited, []string{"mời", "lời mời"}, false, "có: người này sẽ vào bằng lời mời."},
		{colAbsent, []string{"nghỉ", "vắng"}, false, "01/12/2026 - 10/12/2026, thay: hoa. Nhiều khoảng thì xuống dòng trong ô."},
		{colTerm, []string{"trả lời trong", "thời hạn"}, true, "2 ngày làm việc, 4 giờ làm việc, trong ngày. Ghi một lần cho mỗi bộ phận là đủ."},
		{colRoom, []string{"nhóm chat", "nhóm"}, false, "telegram:-1001, nhóm có chủ đề thì telegram:-1001/12."},
		{colHead, []string{"trưởng", "phụ trách"}, false, "Người phụ trách bộ phận, viết như ở cột Cán bộ."},
		{colHours, []string{"giờ làm việc"}, false, "Chỉ ghi khi khác giờ chung."},
		{colConfidential, []string{"kín"}, false, "có: nhận chuyện phải giữ kín, chỉ một cán bộ, không có nhóm."},
		{colUrgent, []string{"gấp", "khẩn"}, false, "có: nhận chuyện khẩn cấp, cả ngoài giờ."},
		{colOutside, []string{"địa chỉ ngoài"}, false, "Cơ quan khác để chỉ bà con tới hỏi; dòng đó không có cán bộ."},
	}
}

// heading returns what the template calls the column.
func (c column) heading() string {
	for _, h := range headings() {
		if h.column == c {
			return h.names[0]
		}
	}
	return ""
}

// The sheets of a workbook.
const (
	officersSheet = "Cán bộ"
	commonSheet   = "Chung"
	listSheet     = "Danh mục"
	helpSheet     = "Hướng dẫn"
)

// commonKeys are the keys of the file that the sheet «Chung» holds.
func commonKeys() []string {
	return []string{"giờ làm việc", "ngày nghỉ", "tết", "làm bù", "nhắc việc"}
}

// fold compares headings and names: letters and digits only, without accents.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strictyaml.Fold(text))
}

// slug makes an id of a name: «Tổ bảo hiểm y tế» gives "to-bao-hiem-y-te", cut
// at a word to what leaves room for a number.
func slug(name string) string {
	const most = 28
	var id string
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		word = strings.Map(func(r rune) rune {
			if r > unicode.MaxASCII {
				return -1
			}
			return r
		}, fold(word))
		switch {
		case word == "":
		case id == "":
			id = word[:min(len(word), most)]
		case len(id)+1+len(word) > most:
			return id
		default:
			id += "-" + word
		}
	}
	return id
}
