package knowledge

import (
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// The four special files, each with its lists under fixed keys.

type figuresFile struct {
	keyfile.Located
	figures []figureDoc
}

type figureDoc struct {
	Figure
	keyfile.Located
	rows []figureRow
}

type figureRow struct {
	DatedValue
	keyfile.Located
	amount string
}

func figuresTable() keyfile.Table[figuresFile] {
	return keyfile.NewTable(keyfile.Rows("số liệu", "mỗi mục một con số", figureTable(), func(t *figuresFile) *[]figureDoc { return &t.figures }).Required())
}

func figureTable() keyfile.Table[figureDoc] {
	type f = figureDoc
	return keyfile.NewTable(
		keyfile.Text("mã", "chữ thường không dấu, số và _, ví dụ luong_co_so", func(t *f) *string { return &t.ID }).Required(),
		keyfile.Text("tên", "con số này là gì", func(t *f) *string { return &t.Name }).Required(),
		keyfile.Text("đơn vị", "đồng, %, tháng, kg …", func(t *f) *string { return &t.Unit }).Required(),
		keyfile.Rows("giá trị", "các giá trị theo ngày", figureRowTable(), func(t *f) *[]figureRow { return &t.rows }),
		keyfile.Text("công thức", "tính từ các số khác, ví dụ luong_co_so * 4,5%", func(t *f) *string { return &t.Formula }),
		keyfile.OneOf("làm tròn", "làm tròn kết quả của công thức",
			[]keyfile.Choice[string]{keyfile.Word("đồng", "đồng"), keyfile.Word("trăm", "trăm"), keyfile.Word("nghìn", "nghìn"), keyfile.Word("ngàn", "nghìn")}, func(t *f) *string { return &t.Rounding }),
	)
}

func figureRowTable() keyfile.Table[figureRow] {
	type v = figureRow
	return keyfile.NewTable(
		dateField("từ", "ngày bắt đầu", func(t *v) *Date { return &t.From }).Required(),
		dateField("đến", "ngày cuối; bỏ trống là đến giá trị sau", func(t *v) *Date { return &t.Until }),
		keyfile.Text("là", "con số, ví dụ 2.530.000 hoặc 4,5%", func(t *v) *string { return &t.amount }).Required(),
		keyfile.OneOf("chắc", "đã thấy trong văn bản, hay chỉ suy ra",
			[]keyfile.Choice[Certainty]{keyfile.Word("đã thấy", Seen), keyfile.Word("suy ra", Derived), keyfile.Word("chưa rõ", Unsure)}, func(t *v) *Certainty { return &t.Certainty }).Required(),
		keyfile.Lines("nguồn", "văn bản hoặc đường dẫn, mỗi nguồn một dòng", func(t *v) *[]string { return &t.Source }),
	)
}

type placesFile struct {
	keyfile.Located
	places []placeDoc
}

type placeDoc struct {
	Place
	keyfile.Located
}

func placesTable() keyfile.Table[placesFile] {
	return keyfile.NewTable(keyfile.Rows("địa danh", "mỗi mục một xã, phường, đặc khu", placeTable(), func(t *placesFile) *[]placeDoc { return &t.places }).Required())
}

func placeTable() keyfile.Table[placeDoc] {
	type p = placeDoc
	return keyfile.NewTable(
		keyfile.Text("mã", "chữ thường không dấu, ví dụ tinh-khe", func(t *p) *string { return &t.ID }).Required(),
		keyfile.Text("tên", "tên hiện nay", func(t *p) *string { return &t.Name }).Required(),
		keyfile.OneOf("loại", "xã, phường hay đặc khu",
			[]keyfile.Choice[string]{keyfile.Word("xã", "xã"), keyfile.Word("phường", "phường"), keyfile.Word("đặc khu", "đặc khu")}, func(t *p) *string { return &t.Kind }).Required(),
		keyfile.Lines("tên cũ", "các xã cũ đã nhập vào, mỗi tên một dòng", func(t *p) *[]string { return &t.OldNames }),
		keyfile.Text("huyện cũ", "huyện trước 01/07/2025", func(t *p) *string { return &t.OldDistrict }),
		keyfile.Text("điện thoại", "số để bà con gọi hỏi, lấy từ chính xã; không chắc thì để trống", func(t *p) *string { return &t.Phone }),
		keyfile.IDs("vùng", "biên giới, đảo …", func(t *p) *[]string { return &t.Areas }),
	)
}

type topicsFile struct {
	keyfile.Located
	topics    []topicDoc
	referrals []referralDoc
	phrases   []phraseDoc
}

type topicDoc struct {
	Topic
	keyfile.Located
}

type referralDoc struct {
	Referral
	keyfile.Located
	when *strictyaml.Node
}

type phraseDoc struct {
	Phrase
	keyfile.Located
}

func topicsTable() keyfile.Table[topicsFile] {
	type t = topicsFile
	return keyfile.NewTable(
		keyfile.Rows("chủ đề", "các chủ đề theo thứ tự trên thực đơn", topicTable(), func(t *t) *[]topicDoc { return &t.topics }).Required(),
		keyfile.Rows("ngoài phạm vi", "việc trợ lý không trả lời, và chỗ để hỏi", referralTable(), func(t *t) *[]referralDoc { return &t.referrals }),
		keyfile.Rows("câu thường", "chào hỏi, cảm ơn, gặp cán bộ …", phraseTable(), func(t *t) *[]phraseDoc { return &t.phrases }),
	)
}

func topicTable() keyfile.Table[topicDoc] {
	type d = topicDoc
	return keyfile.NewTable(
		keyfile.Text("mã", "tên thư mục của chủ đề", func(t *d) *string { return &t.ID }).Required(),
		keyfile.Text("tên", "tên chủ đề", func(t *d) *string { return &t.Name }).Required(),
		keyfile.Text("nhãn", "chữ trên nút bấm, tối đa 24 ký tự", func(t *d) *string { return &t.Label }).AtMost(maxLabel),
		keyfile.IDs("mục", "mã các mục theo thứ tự", func(t *d) *[]string { return &t.Entries }),
	)
}

func referralTable() keyfile.Table[referralDoc] {
	type d = referralDoc
	return keyfile.NewTable(
		keyfile.Text("mã", "chữ thường không dấu, ví dụ ho-chieu", func(t *d) *string { return &t.ID }).Required(),
		keyfile.Text("tên", "tên việc", func(t *d) *string { return &t.Name }).Required(),
		keyfile.Text("nhãn", "chữ trên nút bấm, tối đa 24 ký tự", func(t *d) *string { return &t.Label }).AtMost(maxLabel),
		whenField(func(t *d) **strictyaml.Node { return &t.when }),
		keyfile.Lines("câu hỏi", "các câu hay hỏi, mỗi câu một dòng", func(t *d) *[]string { return &t.Questions }).Required(),
		keyfile.Text("trả lời", "hỏi ở đâu", func(t *d) *string { return &t.Answer }).Required().AtMost(maxAnswer),
		keyfile.IDs("liên quan", "mã các mục có thể bà con muốn hỏi", func(t *d) *[]string { return &t.Related }),
	)
}

func phraseTable() keyfile.Table[phraseDoc] {
	type d = phraseDoc
	return keyfile.NewTable(
		keyfile.Text("mã", "do chương trình quy định", func(t *d) *string { return &t.ID }).Required(),
		keyfile.Text("loại", "loại câu", func(t *d) *string { return &t.Kind }),
		keyfile.Lines("câu hỏi", "các cách nói, mỗi câu một dòng", func(t *d) *[]string { return &t.Questions }).Required(),
		keyfile.Text("trả lời", "câu đáp", func(t *d) *string { return &t.Answer }).AtMost(maxText),
	)
}

type lexiconFile struct {
	keyfile.Located
	words                                  []wordDoc
	abbreviations, typos, official, oldies []spellingDoc
	collisions                             []collisionDoc
}

type wordDoc struct {
	Word
	keyfile.Located
}

type spellingDoc struct {
	Spelling
	keyfile.Located
}

type collisionDoc struct {
	Collision
	keyfile.Located
}

func lexiconTable() keyfile.Table[lexiconFile] {
	type l = lexiconFile
	return keyfile.NewTable(
		keyfile.Rows("từ điển", "từ và các cách nói", wordTable(), func(t *l) *[]wordDoc { return &t.words }).Required(),
		keyfile.Rows("viết tắt", "chữ viết tắt", spellingTable(), func(t *l) *[]spellingDoc { return &t.abbreviations }),
		keyfile.Rows("gõ sai", "chữ hay gõ sai", spellingTable(), func(t *l) *[]spellingDoc { return &t.typos }),
		collisionsField(func(t *l) *[]collisionDoc { return &t.collisions }),
		keyfile.Rows("từ khó", "từ hành chính và cách nói dễ hiểu phải đi kèm", spellingTable(), func(t *l) *[]spellingDoc { return &t.official }),
		keyfile.Rows("tên cũ", "cơ quan không còn và cơ quan thay thế", spellingTable(), func(t *l) *[]spellingDoc { return &t.oldies }),
	)
}

func wordTable() keyfile.Table[wordDoc] {
	type w = wordDoc
	return keyfile.NewTable(
		keyfile.Text("loại", "ai, nơi, việc, cách …", func(t *w) *string { return &t.Type }).Required(),
		keyfile.Text("là", "từ chuẩn", func(t *w) *string { return &t.Value }).Required(),
		keyfile.Lines("nói", "các cách nói, mỗi cách một dòng", func(t *w) *[]string { return &t.Phrases }).Required(),
	)
}

func spellingTable() keyfile.Table[spellingDoc] {
	type s = spellingDoc
	return keyfile.NewTable(
		keyfile.IDs("viết", "cách viết, cách nhau bằng dấu phẩy hoặc xuống dòng", func(t *s) *[]string { return &t.Written }).Required(),
		keyfile.Text("là", "nghĩa", func(t *s) *string { return &t.Means }).Required(),
	)
}

func collisionTable() keyfile.Table[collisionDoc] {
	type c = collisionDoc
	return keyfile.NewTable(
		keyfile.Text("chữ", "chữ có dấu, ví dụ mượn", func(t *c) *string { return &t.Word }).Required(),
		keyfile.IDs("khác", "các chữ khác cùng mặt chữ khi bỏ dấu", func(t *c) *[]string { return &t.Others }),
		keyfile.Lines("cụm", "các cụm không dấu mà chữ này được hiểu", func(t *c) *[]string { return &t.Phrases }),
	)
}

// collisionsField reads rows, or a block with a word or "mượn / muốn" on each
// line.
func collisionsField(at func(*lexiconFile) *[]collisionDoc) keyfile.Field[lexiconFile] {
	rows := keyfile.Rows("va chạm", "các chữ khác nghĩa nhưng giống nhau khi bỏ dấu", collisionTable(), at)
	rows.Shape.OrLines = true
	readRows := rows.Read
	rows.Read = func(r *keyfile.Reader, t *lexiconFile, n *strictyaml.Node) {
		if n.Kind != strictyaml.Text {
			readRows(r, t, n)
			return
		}
		for _, line := range n.Lines() {
			var words []string
			for _, w := range strings.FieldsFunc(line.Text, func(r rune) bool { return r == '/' || r == ',' || r == ';' }) {
				words = append(words, strings.TrimSpace(w))
			}
			*at(t) = append(*at(t), collisionDoc{Collision: Collision{Word: words[0], Others: words[1:]}, Located: keyfile.LocatedAt(r.File, line.At)})
		}
	}
	return rows
}
