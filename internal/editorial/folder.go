package editorial

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The files of a folder of drafts besides the drafts themselves.
const (
	ProposalsFile = "de_nghi.yaml"  // wordings for entries there are
	QuestionsFile = "cau_hoi.jsonl" // a test question for each draft
	LedgerFile    = "da_viet.txt"   // what was written once; drafts are moved and deleted, this stays
)

// markLine begins the comment that says which case a draft is of.
const markLine = "# hồ sơ: "

// Folder keeps drafts: nhap-1.yaml, nhap-2.yaml … Only its owner may read it. It
// is for one process at a time; two never overwrite each other's drafts.
type Folder struct{ Dir string }

// Written is what [Folder.Write] did.
type Written struct {
	Drafts    []string `json:"drafts"`    // file names, new ones
	Proposals int      `json:"proposals"` // wordings, new ones
	Before    int      `json:"before"`    // of cases that were written before
}

// Write adds the drafts of cases that are not in the folder yet. A case is
// written once: it counts as written also after its draft was taken over or
// deleted. Errors are those of the file system; what was written before one
// stays, and the next call goes on.
func (f Folder) Write(drafts []Draft) (w Written, err error) {
	w.Drafts = []string{}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return w, err
	}
	old, err := f.read()
	if err != nil {
		return w, err
	}
	drafts = slices.Clone(drafts)
	slices.SortStableFunc(drafts, func(a, b Draft) int { return cmp.Compare(a.Entry, b.Entry) }) // wordings of an entry together
	for _, d := range drafts {
		switch {
		case old.marks[d.Mark]:
			w.Before++
			continue
		case d.Entry != "":
			if err = f.propose(d); err == nil {
				w.Proposals++
				err = f.append(LedgerFile, d.Mark+"\n")
			}
		default:
			old.last++
			id := "nhap-" + strconv.Itoa(old.last)
			if err = f.draft(id, d); err == nil {
				w.Drafts = append(w.Drafts, id+".yaml")
			}
		}
		if err != nil {
			return w, err
		}
		old.marks[d.Mark] = true
	}
	return w, nil
}

// draft writes the entry last of all: it carries the mark. If it is cut off
// before, only a test question of the same words is written twice.
func (f Folder) draft(id string, d Draft) error {
	question, err := json.Marshal(struct {
		Q  string `json:"q"`
		ID string `json:"id"`
	}{d.Question, id})
	if err != nil {
		return fmt.Errorf("encode question: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(f.Dir, id+".yaml"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(d.YAML(id))
	return errors.Join(err, file.Close(), f.append(QuestionsFile, string(question)+"\n"), f.append(LedgerFile, d.Mark+" "+id+"\n"))
}

// propose adds a wording below the others.
func (f Folder) propose(d Draft) error {
	head := ""
	if _, err := os.Stat(filepath.Join(f.Dir, ProposalsFile)); errors.Is(err, fs.ErrNotExist) {
		head = "# Cách hỏi nên thêm vào «câu hỏi» của các mục: bà con hỏi vậy mà máy chưa hiểu, cán bộ đã gửi mục đó và bà con báo rõ.\n" +
			"# Chép dòng nào dùng được vào mục rồi xóa ở đây. Còn tên người, số riêng, chỗ ở thì bỏ.\n"
	}
	return f.append(ProposalsFile, fmt.Sprintf("%s%s%s\n- mục: %s\n  câu hỏi: |\n    %s\n", head, markLine, d.Mark, plain(d.Entry), d.Question))
}

func (f Folder) append(name, text string) error {
	file, err := os.OpenFile(filepath.Join(f.Dir, name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// written is what a folder holds and held.
type written struct {
	marks map[string]bool
	last  int // the highest number of a draft
}

var draftName = regexp.MustCompile(`\bnhap-([0-9]{1,9})\b`)

// read looks into the ledger, and into the drafts in case it was lost.
func (f Folder) read() (written, error) {
	w := written{marks: map[string]bool{}}
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return w, err
	}
	for _, e := range entries {
		w.count(e.Name())
		if e.Name() != LedgerFile && filepath.Ext(e.Name()) != ".yaml" {
			continue
		}
		if err := w.readFile(filepath.Join(f.Dir, e.Name()), e.Name() == LedgerFile); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (w *written) readFile(name string, ledger bool) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, marked := strings.CutPrefix(lines.Text(), markLine)
		if !marked && !ledger {
			continue
		}
		if fields := strings.Fields(text); len(fields) > 0 {
			w.marks[fields[0]] = true
			w.count(slices.Concat(fields, []string{""})[1])
		}
	}
	return lines.Err()
}

// count keeps the number of a draft's name.
func (w *written) count(name string) {
	if m := draftName.FindStringSubmatch(name); m != nil {
		n, err := strconv.Atoi(m[1])
		if err == nil {
			w.last = max(w.last, n)
		}
	}
}
