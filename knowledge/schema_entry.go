package knowledge

import (
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// entryDoc is an entry as read, with its places in the file.
type entryDoc struct {
	Entry
	keyfile.Located
	rows []rowDoc
	when *strictyaml.Node // khi
}

// rowDoc is a row of "theo diện" as read.
type rowDoc struct {
	VerdictRow
	keyfile.Located
	values []valueDoc
	folded VerdictRow // see foldSayings
}

// valueDoc is a lexicon value that an editor wrote in a row, to be looked up
// once the lexicon is read.
type valueDoc struct {
	typ   string
	group int // of Condition.AllOf
	strictyaml.Line
}

// The limits of texts, in characters: what fits a phone without scrolling.
const (
	maxLabel  = 24
	maxAnswer = 500
	maxText   = 900
	maxName   = 150
)

func entryTable() keyfile.Table[entryDoc] {
	type e = entryDoc
	return keyfile.NewTable(
		keyfile.Text("mã", "tên tệp, không dấu, ví dụ bhyt-ho-ngheo", func(t *e) *string { return &t.ID }).Required(),
		keyfile.Text("chủ đề", "mã chủ đề trong chu_de.yaml", func(t *e) *string { return &t.Topic }).Required(),
		keyfile.Text("tên", "tên đầy đủ của chính sách", func(t *e) *string { return &t.Name }).Required().AtMost(maxName),
		keyfile.Text("nhãn", "chữ trên nút bấm, tối đa 24 ký tự", func(t *e) *string { return &t.Label }).Required().AtMost(maxLabel),
		keyfile.OneOf("loại", "loại mục; bỏ trống là chính sách", kinds(), func(t *e) *Kind { return &t.Kind }),
		keyfile.Text("nhóm", "các mục chỉ khác nhau về diện hưởng thì cùng một nhóm", func(t *e) *string { return &t.Family }),
		whenField(func(t *e) **strictyaml.Node { return &t.when }),
		keyfile.Lines("câu hỏi", "các câu bà con hay hỏi, mỗi câu một dòng", func(t *e) *[]string { return &t.Questions }).Required(),
		keyfile.Rows("theo diện", "ai thì được, ai thì không; xét từ trên xuống, lấy dòng đầu tiên đúng", rowTable(), func(t *e) *[]rowDoc { return &t.rows }),
		keyfile.Text("trả lời", "câu trả lời khi chưa biết thuộc diện nào", func(t *e) *string { return &t.Answer }).Required().AtMost(maxAnswer),
		keyfile.Text("đối tượng", "ai được hưởng", func(t *e) *string { return &t.Who }).AtMost(maxText),
		keyfile.Text("mức hưởng", "được hưởng gì, bao nhiêu", func(t *e) *string { return &t.Benefit }).AtMost(maxText),
		keyfile.Text("thủ tục", "cách làm", func(t *e) *string { return &t.How }).AtMost(maxText),
		keyfile.Lines("giấy tờ", "mỗi loại giấy một dòng", func(t *e) *[]string { return &t.Papers }).AtMost(maxText),
		keyfile.Text("nơi nộp", "nộp ở đâu, giờ nào", func(t *e) *string { return &t.Where }).AtMost(maxText),
		keyfile.Text("thời hạn", "bao lâu có kết quả, hạn nộp", func(t *e) *string { return &t.Time }).AtMost(maxText),
		keyfile.Text("lưu ý", "điều dễ nhầm", func(t *e) *string { return &t.Notes }).AtMost(maxText),
		sourcesField(),
		dateField("hiệu lực từ", "ngày bắt đầu áp dụng, ví dụ 01/07/2026", func(t *e) *Date { return &t.From }),
		dateField("hiệu lực đến", "ngày cuối cùng còn áp dụng; bỏ trống là chưa biết", func(t *e) *Date { return &t.Until }),
		keyfile.OneOf("tình trạng", "chính sách còn áp dụng không", statuses(), func(t *e) *Status { return &t.Status }).Required(),
		dateField("kiểm lại", "ngày phải đọc lại mục này", func(t *e) *Date { return &t.ReviewBy }),
		keyfile.Text("người kiểm", "ai đọc lại", func(t *e) *string { return &t.Reviewer }),
		keyfile.IDs("khác với", "mã các mục dễ nhầm với mục này", func(t *e) *[]string { return &t.NotSame }),
		keyfile.IDs("liên quan", "mã các mục nên xem thêm", func(t *e) *[]string { return &t.Related }),
		keyfile.IDs("mục", "mã các mục mà tình huống này mời xem", func(t *e) *[]string { return &t.Offers }),
		keyfile.Text("phụ trách", "mã bộ phận nhận câu hỏi", func(t *e) *string { return &t.Desk }),
		pictureField(),
	)
}

func kinds() []keyfile.Choice[Kind] {
	return []keyfile.Choice[Kind]{keyfile.Word("chính sách", Policy), keyfile.Word("tình huống", Situation), keyfile.Word("khẩn cấp", Emergency)}
}

func statuses() []keyfile.Choice[Status] {
	return []keyfile.Choice[Status]{keyfile.Word("đang áp dụng", InForce), keyfile.Word("đã hết", Ended), keyfile.Word("chưa rõ", Unclear)}
}

func verdicts() []keyfile.Choice[Verdict] {
	return []keyfile.Choice[Verdict]{keyfile.Word("có", Yes), keyfile.Word("được", Yes), keyfile.Word("một phần", Partly), keyfile.Word("không", No), keyfile.Word("tùy nơi", Depends)}
}

func whenField[T any](at func(*T) **strictyaml.Node) keyfile.Field[T] {
	return keyfile.NewField(keyfile.Key{Name: "khi", About: "câu hỏi phải nói về điều gì (từ trong tu_dien.yaml), «trừ» là cụm từ loại ra", Shape: keyfile.Shape{Form: keyfile.FormMap}},
		func(r *keyfile.Reader, t *T, n *strictyaml.Node) {
			if n.Kind == strictyaml.Map {
				*at(t) = n
			} else if n.Kind != strictyaml.Text || n.Text != "" {
				r.Err(n.At(), "map", "«khi» phải gồm các dòng «loại từ: từ», ví dụ «việc: thẻ BHYT», lùi vào hai dấu cách.", "Xem mẫu trong sổ tay.")
			}
		})
}

func sourcesField() keyfile.Field[entryDoc] {
	return keyfile.NewField(keyfile.Key{Name: "căn cứ", About: "mỗi dòng: văn bản · điều · đường dẫn", Shape: keyfile.Shape{Form: keyfile.FormLines}},
		func(r *keyfile.Reader, t *entryDoc, n *strictyaml.Node) {
			for _, line := range r.Lines("căn cứ", n) {
				t.Legal = append(t.Legal, parseSource(line.Text))
			}
		})
}

// parseSource reads "document · article · link"; article and link may be left
// out, and "|" serves for who cannot type the dot.
func parseSource(line string) Source {
	var s Source
	var articles []string
	for i, part := range strings.FieldsFunc(line, func(r rune) bool { return r == '·' || r == '|' || r == '•' }) {
		part = strings.TrimSpace(part)
		switch {
		case strings.HasPrefix(part, "http://"), strings.HasPrefix(part, "https://"):
			s.Link = part
		case i == 0:
			s.Document = part
		case part != "":
			articles = append(articles, part)
		}
	}
	s.Article = strings.Join(articles, ", ")
	return s
}

func pictureField() keyfile.Field[entryDoc] {
	return keyfile.NewField(keyfile.Key{Name: "hình", About: "tên tệp hình (.jpg hoặc .png, đến 1 MB) · mô tả hình"},
		func(r *keyfile.Reader, t *entryDoc, n *strictyaml.Node) {
			file, alt, _ := strings.Cut(strings.ReplaceAll(r.Text("hình", n), "|", "·"), "·")
			t.Picture = Picture{File: strings.TrimSpace(file), Alt: strings.TrimSpace(alt)}
			if t.Picture.File != "" && t.Picture.Alt == "" {
				r.Err(n.At(), "picture", "Hình chưa có lời mô tả (người không thấy hình cần đọc được).", "Viết «tên-tệp.png · mô tả hình».")
			}
		})
}
