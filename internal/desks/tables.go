package desks

import (
	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// The keys of the file, named once: the reader goes by these tables and the
// schema is printed from them.
const (
	keyHours    = "giờ làm việc"
	keyHolidays = "ngày nghỉ"
	keyTet      = "tết"
	keySwaps    = "làm bù"
	keyOfficers = "cán bộ"
	keyDesks    = "bộ phận"
	keyLadder   = "nhắc việc"

	keyID      = "mã"
	keyName    = "tên"
	keyChat    = "chat"
	keyInvited = "mời"
	keyAbsent  = "nghỉ"

	keyTopics       = "chủ đề"
	keyPlaces       = "địa bàn"
	keyRoom         = "nhóm chat"
	keyHead         = "trưởng"
	keyTerm         = "trả lời trong"
	keyConfidential = "kín"
	keyUrgent       = "gấp"
	keyOutside      = "địa chỉ ngoài"
)

// fileDoc is the file as read, before anything refers to anything.
type fileDoc struct {
	keyfile.Located
	officers []officerDoc
	desks    []deskDoc
}

type officerDoc struct {
	keyfile.Located
	id, name string
	invited  bool
}

type deskDoc struct {
	keyfile.Located
	id, name, term, outside string
	confidential, urgent    bool // see says
	unread                  bool // «chủ đề» or «địa bàn» is wrong
}

func fileTable() keyfile.Table[fileDoc] {
	type f = fileDoc
	return keyfile.NewTable(
		keep[f](keyHours, "giờ làm việc chung, ví dụ «thứ 2 - thứ 6: 7h30-11h30, 13h30-17h», mỗi dòng một nhóm ngày").Required(),
		keep[f](keyHolidays, "ngày lễ, mỗi dòng một ngày hay một khoảng, ví dụ «30/04/2027 - 01/05/2027»"),
		keep[f](keyTet, "các ngày nghỉ Tết Âm lịch của từng năm, theo thông báo của Nhà nước"),
		keep[f](keySwaps, "ngày đi làm bù, ví dụ «22/08/2026 thay 31/08/2026»"),
		keyfile.Rows(keyOfficers, "những người trả lời", officerTable(), func(t *f) *[]officerDoc { return &t.officers }).Required(),
		keyfile.Rows(keyDesks, "các bộ phận: ai nhận việc gì, ở đâu", deskTable(), func(t *f) *[]deskDoc { return &t.desks }).Required(),
		keep[f](keyLadder, "trễ thì nhắc ai, mỗi dòng một mức, ví dụ «hết thời hạn: nhóm chat»").Required(),
	)
}

func officerTable() keyfile.Table[officerDoc] {
	type o = officerDoc
	return keyfile.NewTable(
		keyfile.Text(keyID, "chữ thường không dấu, ví dụ lan", func(t *o) *string { return &t.id }).Required(),
		keyfile.Text(keyName, "tên bà con đọc, ví dụ Chị Lan", func(t *o) *string { return &t.name }).Required().AtMost(maxName),
		keep[o](keyChat, "tài khoản nhắn tin, ví dụ telegram:777, zalo-oa:123; nhiều tài khoản thì mỗi dòng một cái"),
		keyfile.OneOf(keyInvited, "có: người này sẽ vào bằng lời mời, chưa cần ghi chat", yesNo(), func(t *o) *bool { return &t.invited }),
		keep[o](keyAbsent, "những ngày vắng, mỗi dòng một khoảng, ví dụ «01/12/2026 - 10/12/2026, thay: hoa»"),
	)
}

func deskTable() keyfile.Table[deskDoc] {
	type d = deskDoc
	return keyfile.NewTable(
		keyfile.Text(keyID, "chữ thường không dấu, ví dụ y-te", func(t *d) *string { return &t.id }).Required(),
		keyfile.Text(keyName, "tên bộ phận bà con đọc", func(t *d) *string { return &t.name }).Required().AtMost(maxName),
		ids[d](keyTopics, "mã các chủ đề, hoặc «tất cả»"),
		ids[d](keyPlaces, "tên hay mã các xã, phường, hoặc «tất cả»"),
		keep[d](keyRoom, "nhóm chat của bộ phận, ví dụ telegram:-1001, trong nhóm có chủ đề thì telegram:-1001/12"),
		ids[d](keyOfficers, "mã những người trả lời"),
		ids[d](keyHead, "mã người phụ trách bộ phận"),
		keyfile.Text(keyTerm, "lời hứa với bà con, ví dụ «2 ngày làm việc», «4 giờ làm việc», «trong ngày»", func(t *d) *string { return &t.term }),
		keep[d](keyHours, "giờ làm việc riêng của bộ phận, nếu khác giờ chung"),
		keyfile.OneOf(keyConfidential, "có: nhận chuyện phải giữ kín, chỉ một người biết, không bao giờ vào nhóm", yesNo(), func(t *d) *bool { return &t.confidential }),
		keyfile.OneOf(keyUrgent, "có: nhận chuyện khẩn cấp, cả ngoài giờ", yesNo(), func(t *d) *bool { return &t.urgent }),
		keyfile.Text(keyOutside, "cơ quan khác để chỉ bà con tới hỏi; bộ phận này không có cán bộ", func(t *d) *string { return &t.outside }).AtMost(maxOutside),
	)
}

// maxID, maxName and maxOutside bound what stands in buttons, cards and
// messages, in characters.
const (
	maxID      = 32
	maxName    = 80
	maxOutside = 300
)

func yesNo() []keyfile.Choice[bool] {
	return []keyfile.Choice[bool]{keyfile.Word("có", true), keyfile.Word("không", false)}
}

// keep is a field of lines that are read later, from the mark.
func keep[T any](name, about string) keyfile.Field[T] {
	return keyfile.NewField(keyfile.Key{Name: name, About: about, Shape: keyfile.Shape{Form: keyfile.FormLines}},
		func(*keyfile.Reader, *T, *strictyaml.Node) {})
}

// ids is a field of short texts that are read later, from the mark.
func ids[T any](name, about string) keyfile.Field[T] {
	return keyfile.NewField(keyfile.Key{Name: name, About: about, Shape: keyfile.Shape{Form: keyfile.FormIDs}},
		func(*keyfile.Reader, *T, *strictyaml.Node) {})
}

// Schema returns the JSON Schema of the file, for programs that complete and
// check while typing; [Load] checks more.
func Schema() ([]byte, error) { return keyfile.Schema("Cán bộ và bộ phận", fileTable().Keys()) }
