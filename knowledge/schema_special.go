package knowledge

import (
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// The four special files, each with its lists under fixed keys.

type figuresFile struct {
	located
	figures []figureDoc
}

type figureDoc struct {
	Figure
	located
	rows []figureRow
}

type figureRow struct {
	DatedValue
	located
	amount string
}

func figuresTable() table[figuresFile] {
	return newTable(rowsField("số liệu", "mỗi mục một con số", figureTable(), func(t *figuresFile) *[]figureDoc { return &t.figures }).required())
}

func figureTable() table[figureDoc] {
	type f = figureDoc
	return newTable(
		textField("mã", "chữ thường không dấu, số và _, ví dụ luong_co_so", func(t *f) *string { return &t.ID }).required(),
		textField("tên", "con số này là gì", func(t *f) *string { return &t.Name }).required(),
		textField("đơn vị", "đồng, %, tháng, kg …", func(t *f) *string { return &t.Unit }).required(),
		rowsField("giá trị", "các giá trị theo ngày", figureRowTable(), func(t *f) *[]figureRow { return &t.rows }),
		textField("công thức", "tính từ các số khác, ví dụ luong_co_so * 4,5%", func(t *f) *string { return &t.Formula }),
		choiceField("làm tròn", "làm tròn kết quả của công thức",
			[]choice[string]{{"đồng", "đồng"}, {"trăm", "trăm"}, {"nghìn", "nghìn"}, {"ngàn", "nghìn"}}, func(t *f) *string { return &t.Rounding }),
	)
}

func figureRowTable() table[figureRow] {
	type v = figureRow
	return newTable(
		dateField("từ", "ngày bắt đầu", func(t *v) *Date { return &t.From }).required(),
		dateField("đến", "ngày cuối; bỏ trống là đến giá trị sau", func(t *v) *Date { return &t.Until }),
		textField("là", "con số, ví dụ 2.530.000 hoặc 4,5%", func(t *v) *string { return &t.amount }).required(),
		choiceField("chắc", "đã thấy trong văn bản, hay chỉ suy ra",
			[]choice[Certainty]{{"đã thấy", Seen}, {"suy ra", Derived}, {"chưa rõ", Unsure}}, func(t *v) *Certainty { return &t.Certainty }).required(),
		linesField("nguồn", "văn bản hoặc đường dẫn, mỗi nguồn một dòng", func(t *v) *[]string { return &t.Source }),
	)
}

type placesFile struct {
	located
	places []placeDoc
}

type placeDoc struct {
	Place
	located
}

func placesTable() table[placesFile] {
	return newTable(rowsField("địa danh", "mỗi mục một xã, phường, đặc khu", placeTable(), func(t *placesFile) *[]placeDoc { return &t.places }).required())
}

func placeTable() table[placeDoc] {
	type p = placeDoc
	return newTable(
		textField("mã", "chữ thường không dấu, ví dụ tinh-khe", func(t *p) *string { return &t.ID }).required(),
		textField("tên", "tên hiện nay", func(t *p) *string { return &t.Name }).required(),
		choiceField("loại", "xã, phường hay đặc khu",
			[]choice[string]{{"xã", "xã"}, {"phường", "phường"}, {"đặc khu", "đặc khu"}}, func(t *p) *string { return &t.Kind }).required(),
		linesField("tên cũ", "các xã cũ đã nhập vào, mỗi tên một dòng", func(t *p) *[]string { return &t.OldNames }),
		textField("huyện cũ", "huyện trước 01/07/2025", func(t *p) *string { return &t.OldDistrict }),
		idsField("vùng", "biên giới, đảo …", func(t *p) *[]string { return &t.Areas }),
	)
}

type topicsFile struct {
	located
	topics    []topicDoc
	referrals []referralDoc
	phrases   []phraseDoc
}

type topicDoc struct {
	Topic
	located
}

type referralDoc struct {
	Referral
	located
	when *strictyaml.Node
}

type phraseDoc struct {
	Phrase
	located
}

func topicsTable() table[topicsFile] {
	type t = topicsFile
	return newTable(
		rowsField("chủ đề", "các chủ đề theo thứ tự trên thực đơn", topicTable(), func(t *t) *[]topicDoc { return &t.topics }).required(),
		rowsField("ngoài phạm vi", "việc trợ lý không trả lời, và chỗ để hỏi", referralTable(), func(t *t) *[]referralDoc { return &t.referrals }),
		rowsField("câu thường", "chào hỏi, cảm ơn, gặp cán bộ …", phraseTable(), func(t *t) *[]phraseDoc { return &t.phrases }),
	)
}

func topicTable() table[topicDoc] {
	type d = topicDoc
	return newTable(
		textField("mã", "tên thư mục của chủ đề", func(t *d) *string { return &t.ID }).required(),
		textField("tên", "tên chủ đề", func(t *d) *string { return &t.Name }).required(),
		textField("nhãn", "chữ trên nút bấm, tối đa 24 ký tự", func(t *d) *string { return &t.Label }).atMost(maxLabel),
		idsField("mục", "mã các mục theo thứ tự", func(t *d) *[]string { return &t.Entries }),
	)
}

func referralTable() table[referralDoc] {
	type d = referralDoc
	return newTable(
		textField("mã", "chữ thường không dấu, ví dụ ho-chieu", func(t *d) *string { return &t.ID }).required(),
		textField("tên", "tên việc", func(t *d) *string { return &t.Name }).required(),
		textField("nhãn", "chữ trên nút bấm, tối đa 24 ký tự", func(t *d) *string { return &t.Label }).atMost(maxLabel),
		whenField(func(t *d) **strictyaml.Node { return &t.when }),
		linesField("câu hỏi", "các câu hay hỏi, mỗi câu một dòng", func(t *d) *[]string { return &t.Questions }).required(),
		textField("trả lời", "hỏi ở đâu", func(t *d) *string { return &t.Answer }).required().atMost(maxAnswer),
		idsField("liên quan", "mã các mục có thể bà con muốn hỏi", func(t *d) *[]string { return &t.Related }),
	)
}

func phraseTable() table[phraseDoc] {
	type d = phraseDoc
	return newTable(
		textField("mã", "do chương trình quy định", func(t *d) *string { return &t.ID }).required(),
		textField("loại", "loại câu", func(t *d) *string { return &t.Kind }),
		linesField("câu hỏi", "các cách nói, mỗi câu một dòng", func(t *d) *[]string { return &t.Questions }).required(),
		textField("trả lời", "câu đáp", func(t *d) *string { return &t.Answer }).atMost(maxText),
	)
}

type lexiconFile struct {
	located
	words                                  []wordDoc
	abbreviations, typos, official, oldies []spellingDoc
	collisions                             []collisionDoc
}

type wordDoc struct {
	Word
	located
}

type spellingDoc struct {
	Spelling
	located
}

type collisionDoc struct {
	Collision
	located
}

func lexiconTable() table[lexiconFile] {
	type l = lexiconFile
	return newTable(
		rowsField("từ điển", "từ và các cách nói", wordTable(), func(t *l) *[]wordDoc { return &t.words }).required(),
		rowsField("viết tắt", "chữ viết tắt", spellingTable(), func(t *l) *[]spellingDoc { return &t.abbreviations }),
		rowsField("gõ sai", "chữ hay gõ sai", spellingTable(), func(t *l) *[]spellingDoc { return &t.typos }),
		collisionsField(func(t *l) *[]collisionDoc { return &t.collisions }),
		rowsField("từ khó", "từ hành chính và cách nói dễ hiểu phải đi kèm", spellingTable(), func(t *l) *[]spellingDoc { return &t.official }),
		rowsField("tên cũ", "cơ quan không còn và cơ quan thay thế", spellingTable(), func(t *l) *[]spellingDoc { return &t.oldies }),
	)
}

func wordTable() table[wordDoc] {
	type w = wordDoc
	return newTable(
		textField("loại", "ai, nơi, việc, cách …", func(t *w) *string { return &t.Type }).required(),
		textField("là", "từ chuẩn", func(t *w) *string { return &t.Value }).required(),
		linesField("nói", "các cách nói, mỗi cách một dòng", func(t *w) *[]string { return &t.Phrases }).required(),
	)
}

func spellingTable() table[spellingDoc] {
	type s = spellingDoc
	return newTable(
		idsField("viết", "cách viết, cách nhau bằng dấu phẩy hoặc xuống dòng", func(t *s) *[]string { return &t.Written }).required(),
		textField("là", "nghĩa", func(t *s) *string { return &t.Means }).required(),
	)
}

func collisionTable() table[collisionDoc] {
	type c = collisionDoc
	return newTable(
		textField("chữ", "chữ có dấu, ví dụ mượn", func(t *c) *string { return &t.Word }).required(),
		idsField("khác", "các chữ khác cùng mặt chữ khi bỏ dấu", func(t *c) *[]string { return &t.Others }),
		linesField("cụm", "các cụm không dấu mà chữ này được hiểu", func(t *c) *[]string { return &t.Phrases }),
	)
}

// collisionsField reads rows, or a block with a word or "mượn / muốn" on each
// line.
func collisionsField(at func(*lexiconFile) *[]collisionDoc) field[lexiconFile] {
	rows := rowsField("va chạm", "các chữ khác nghĩa nhưng giống nhau khi bỏ dấu", collisionTable(), at)
	rows.shape.orLines = true
	readRows := rows.read
	rows.read = func(r *fileReader, t *lexiconFile, n *strictyaml.Node) {
		if n.Kind != strictyaml.Text {
			readRows(r, t, n)
			return
		}
		for _, line := range n.Lines() {
			var words []string
			for _, w := range strings.FieldsFunc(line.Text, func(r rune) bool { return r == '/' || r == ',' || r == ';' }) {
				words = append(words, strings.TrimSpace(w))
			}
			*at(t) = append(*at(t), collisionDoc{Collision: Collision{Word: words[0], Others: words[1:]}, located: located{file: r.file, start: line.At}})
		}
	}
	return rows
}
