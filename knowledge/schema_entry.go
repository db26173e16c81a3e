package knowledge

import (
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// entryDoc is an entry as read, with its places in the file.
type entryDoc struct {
	Entry
	located
	rows []rowDoc
	when *strictyaml.Node // khi
}

// rowDoc is a row of "theo diện" as read.
type rowDoc struct {
	VerdictRow
	located
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

func entryTable() table[entryDoc] {
	type e = entryDoc
	return newTable(
		textField("mã", "tên tệp, không dấu, ví dụ bhyt-ho-ngheo", func(t *e) *string { return &t.ID }).required(),
		textField("chủ đề", "mã chủ đề trong chu_de.yaml", func(t *e) *string { return &t.Topic }).required(),
		textField("tên", "tên đầy đủ của chính sách", func(t *e) *string { return &t.Name }).required().atMost(maxName),
		textField("nhãn", "chữ trên nút bấm, tối đa 24 ký tự", func(t *e) *string { return &t.Label }).required().atMost(maxLabel),
		choiceField("loại", "loại mục; bỏ trống là chính sách", kinds(), func(t *e) *Kind { return &t.Kind }),
		textField("nhóm", "các mục chỉ khác nhau về diện hưởng thì cùng một nhóm", func(t *e) *string { return &t.Family }),
		whenField(func(t *e) **strictyaml.Node { return &t.when }),
		linesField("câu hỏi", "các câu bà con hay hỏi, mỗi câu một dòng", func(t *e) *[]string { return &t.Questions }).required(),
		rowsField("theo diện", "ai thì được, ai thì không; xét từ trên xuống, lấy dòng đầu tiên đúng", rowTable(), func(t *e) *[]rowDoc { return &t.rows }),
		textField("trả lời", "câu trả lời khi chưa biết thuộc diện nào", func(t *e) *string { return &t.Answer }).required().atMost(maxAnswer),
		textField("đối tượng", "ai được hưởng", func(t *e) *string { return &t.Who }).atMost(maxText),
		textField("mức hưởng", "được hưởng gì, bao nhiêu", func(t *e) *string { return &t.Benefit }).atMost(maxText),
		textField("thủ tục", "cách làm", func(t *e) *string { return &t.How }).atMost(maxText),
		linesField("giấy tờ", "mỗi loại giấy một dòng", func(t *e) *[]string { return &t.Papers }).atMost(maxText),
		textField("nơi nộp", "nộp ở đâu, giờ nào", func(t *e) *string { return &t.Where }).atMost(maxText),
		textField("thời hạn", "bao lâu có kết quả, hạn nộp", func(t *e) *string { return &t.Time }).atMost(maxText),
		textField("lưu ý", "điều dễ nhầm", func(t *e) *string { return &t.Notes }).atMost(maxText),
		sourcesField(),
		dateField("hiệu lực từ", "ngày bắt đầu áp dụng, ví dụ 01/07/2026", func(t *e) *Date { return &t.From }),
		dateField("hiệu lực đến", "ngày cuối cùng còn áp dụng; bỏ trống là chưa biết", func(t *e) *Date { return &t.Until }),
		choiceField("tình trạng", "chính sách còn áp dụng không", statuses(), func(t *e) *Status { return &t.Status }).required(),
		dateField("kiểm lại", "ngày phải đọc lại mục này", func(t *e) *Date { return &t.ReviewBy }),
		textField("người kiểm", "ai đọc lại", func(t *e) *string { return &t.Reviewer }),
		idsField("khác với", "mã các mục dễ nhầm với mục này", func(t *e) *[]string { return &t.NotSame }),
		idsField("liên quan", "mã các mục nên xem thêm", func(t *e) *[]string { return &t.Related }),
		idsField("mục", "mã các mục mà tình huống này mời xem", func(t *e) *[]string { return &t.Offers }),
		textField("phụ trách", "mã bộ phận nhận câu hỏi", func(t *e) *string { return &t.Desk }),
		pictureField(),
	)
}

func kinds() []choice[Kind] {
	return []choice[Kind]{{"chính sách", Policy}, {"tình huống", Situation}, {"khẩn cấp", Emergency}}
}

func statuses() []choice[Status] {
	return []choice[Status]{{"đang áp dụng", InForce}, {"đã hết", Ended}, {"chưa rõ", Unclear}}
}

func verdicts() []choice[Verdict] {
	return []choice[Verdict]{{"có", Yes}, {"được", Yes}, {"một phần", Partly}, {"không", No}, {"tùy nơi", Depends}}
}

func whenField[T any](at func(*T) **strictyaml.Node) field[T] {
	return field[T]{fieldKey{name: "khi", about: "câu hỏi phải nói về điều gì (từ trong tu_dien.yaml), «trừ» là cụm từ loại ra", shape: shape{form: formMap}},
		func(r *fileReader, t *T, n *strictyaml.Node) {
			if n.Kind == strictyaml.Map {
				*at(t) = n
			} else if n.Kind != strictyaml.Text || n.Text != "" {
				r.err(n.At(), "map", "«khi» phải gồm các dòng «loại từ: từ», ví dụ «việc: thẻ BHYT», lùi vào hai dấu cách.", "Xem mẫu trong sổ tay.")
			}
		}}
}

func sourcesField() field[entryDoc] {
	return field[entryDoc]{fieldKey{name: "căn cứ", about: "mỗi dòng: văn bản · điều · đường dẫn", shape: shape{form: formLines}},
		func(r *fileReader, t *entryDoc, n *strictyaml.Node) {
			for _, line := range r.lines("căn cứ", n) {
				t.Legal = append(t.Legal, parseSource(line.Text))
			}
		}}
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

func pictureField() field[entryDoc] {
	return field[entryDoc]{fieldKey{name: "hình", about: "tên tệp hình (.jpg hoặc .png, đến 1 MB) · mô tả hình"},
		func(r *fileReader, t *entryDoc, n *strictyaml.Node) {
			file, alt, _ := strings.Cut(strings.ReplaceAll(r.text("hình", n), "|", "·"), "·")
			t.Picture = Picture{File: strings.TrimSpace(file), Alt: strings.TrimSpace(alt)}
			if t.Picture.File != "" && t.Picture.Alt == "" {
				r.err(n.At(), "picture", "Hình chưa có lời mô tả (người không thấy hình cần đọc được).", "Viết «tên-tệp.png · mô tả hình».")
			}
		}}
}
