package knowledge

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Options say how much is checked beyond the folder itself.
type Options struct {
	// Today is the day for which overdue reviews are told; zero: they are not.
	Today Date
	// Asker answers the test questions by the base under check; nil: they are
	// not asked.
	Asker func(*Base) Asker
}

// Asker answers a test question: the id of the entry (or referral, phrase,
// [NoEntry]) and the verdict.
type Asker interface {
	Ask(q TestQuestion) (entry, verdict string)
}

// Load reads and checks a base. The base is nil if any fault is an error.
func Load(fsys fs.FS) (*Base, Report) { return Options{}.Load(fsys) }

// Check tells all that is wrong with a base.
func Check(fsys fs.FS, o Options) Report {
	_, report := o.Load(fsys)
	return report
}

// Load is [Load] with options.
func (o Options) Load(fsys fs.FS) (*Base, Report) { return o.build(takeSnapshot(fsys)) }

func (o Options) build(s *snapshot) (*Base, Report) {
	d := &draft{snapshot: s, faults: s.faults}
	d.read()
	base := d.assemble()
	d.check(base, o)
	report := Report{Faults: keyfile.Sort(d.faults), Files: len(s.names)}
	if !report.OK() {
		return nil, report
	}
	return base, report
}

// draft is a base as read, before anything refers to anything.
type draft struct {
	*snapshot
	faults []Fault

	entries []*entryDoc
	figures figuresFile
	places  placesFile
	topics  topicsFile
	lexicon lexiconFile

	learning, tests []Question

	// What could not be read is told once, where it is, and not again wherever
	// something refers to it.
	unread  []string        // ids of entries
	without map[string]bool // special files, by folded name
}

func (d *draft) reader(file string) *keyfile.Reader {
	return &keyfile.Reader{File: file, Faults: &d.faults}
}

// The folded names of the special files.
const (
	figuresName = "solieu"
	placesName  = "diadanh"
	topicsName  = "chude"
	lexiconName = "tudien"
)

// The folders of questions.
const (
	learningFolder = "cau_hoi_hoc"
	testsFolder    = "cau_hoi_thu"
)

func (d *draft) read() {
	entries := entryTable()
	d.without = map[string]bool{figuresName: true, placesName: true, topicsName: true, lexiconName: true}
	special := map[string]func(string) bool{
		figuresName: readSpecial(d, figuresTable(), &d.figures),
		placesName:  readSpecial(d, placesTable(), &d.places),
		topicsName:  readSpecial(d, topicsTable(), &d.topics),
		lexiconName: readSpecial(d, lexiconTable(), &d.lexicon),
	}
	for _, name := range d.names {
		folder, base := path.Split(name)
		folder = strings.TrimSuffix(folder, "/")
		stem := strings.TrimSuffix(base, path.Ext(base))
		switch {
		case name == CalibrationFile: // see readCalibration
		case path.Ext(name) == ".jsonl" && folder == learningFolder:
			d.learning = append(d.learning, d.questions(name)...)
		case path.Ext(name) == ".jsonl" && folder == testsFolder:
			d.tests = append(d.tests, d.questions(name)...)
		case path.Ext(name) == ".jsonl":
			d.fault(name, Error, "misplaced", "Tệp câu hỏi để sai chỗ.", "Chuyển vào thư mục «"+learningFolder+"» (để học) hoặc «"+testsFolder+"» (để thử).")
		case folder == "" && special[strictyaml.Fold(stem)] != nil:
			if special[strictyaml.Fold(stem)](name) {
				d.fault(name, Error, "duplicate", "Đã có một tệp khác cùng tên này (chỉ khác dấu hay gạch nối).", "Giữ lại một tệp.")
			}
		case folder == "" || strings.Contains(folder, "/"):
			d.fault(name, Error, "misplaced", "Tệp để sai chỗ: mỗi mục nằm trong thư mục của chủ đề.", "Chuyển vào thư mục chủ đề, ví dụ «bao-hiem-y-te/"+base+"».")
		default:
			d.entry(name, stem, entries)
		}
	}
	for _, want := range []struct{ key, file string }{{topicsName, "chu_de.yaml"}, {lexiconName, "tu_dien.yaml"}, {figuresName, "so_lieu.yaml"}, {placesName, "dia_danh.yaml"}} {
		if !slices.ContainsFunc(d.names, func(name string) bool {
			return strictyaml.Fold(strings.TrimSuffix(name, path.Ext(name))) == want.key
		}) {
			d.fault(want.file, Error, "missing-file", "Thiếu tệp "+want.file+".", "Chép lại tệp này từ bản mẫu («doithoai kb init») hoặc từ bản cũ.")
		}
	}
}

func (d *draft) fault(file string, severity Severity, code, message, cure string) {
	d.faults = append(d.faults, Fault{File: file, Severity: severity, Code: code, Message: message, Cure: cure})
}

// readSpecial returns a function that reads a file into t and tells whether
// one had been read before.
func readSpecial[T any](d *draft, table keyfile.Table[T], t *T) func(string) bool {
	done := false
	return func(name string) bool {
		if done {
			return true
		}
		done = true
		r := d.reader(name)
		if n := r.Decode(d.files[name]); n != nil {
			*t = keyfile.ReadMap(r, n, table)
			delete(d.without, strictyaml.Fold(strings.TrimSuffix(name, path.Ext(name))))
		}
		return false
	}
}

func (d *draft) entry(name, stem string, table keyfile.Table[entryDoc]) {
	r := d.reader(name)
	id, _, _ := strings.Cut(stem, ".")
	n := r.Decode(d.files[name])
	if n == nil {
		d.unread = append(d.unread, id)
		return
	}
	e := keyfile.ReadMap(r, n, table)
	e.File = name
	if e.ID != id {
		d.unread = append(d.unread, id) // say it once, not again wherever the id is named
	}
	if e.Kind == "" {
		e.Kind = Policy
	}
	d.entries = append(d.entries, &e)
}
